import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_NODE_CHANGED',
  phase: 'restore',
  title: 'Node itself was replaced since the checkpoint',
  signatures: [
    {
      text: /^image: (?<path>.+) has (?<size>\d+) bytes; it had (?<expected>\d+) at the checkpoint \(Node (?<version>[^)]*)\)$/,
    },
    { text: /^image: (?<path>.+) does not exist; the program is Node (?<version>\S+) from there$/ },
  ],
  cause:
    '{path} is not the Node {version} that the program in the image runs[[: {size} bytes instead of {expected}]]; the engine refuses to run it in other code.',
  remedies: [
    {
      what: 'Make the image anew with the Node that is here now',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
    { what: 'Or bring Node {version} back at this path', where: 'machine', command: '"{path}" --version' },
  ],
  samples: [
    'image: /usr/bin/node has 124827920 bytes; it had 98932688 at the checkpoint (Node v20.20.2)',
    'image: /usr/bin/node does not exist; the program is Node v20.20.2 from there',
  ],
});
