import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_HELPER_IP',
  phase: 'both',
  title: 'The program ip could not do what the engine asked',
  signatures: [{ file: 'net.c', text: /IP tool failed on (?<what>.+?)(?: \(null\))*$/ }],
  cause:
    'The engine saves and restores addresses, routes and rules with `ip {what}`, and that failed: the ip is the small one of BusyBox, of another version than at the checkpoint, or may not do so here.',
  remedies: [
    {
      what: 'Install the whole one',
      where: 'machine',
      command: 'sudo apt-get install iproute2\nsudo apk add iproute2',
    },
    {
      what: 'Or leave the network out: it is made by the runtime',
      where: 'criu',
      command: 'criu dump --empty-ns net …\ncriu restore --empty-ns net …',
      cost: 'addresses and routes are not restored',
    },
    {
      what: 'Or take the network of the host or of a pod, which is not saved',
      where: 'container',
      command: 'docker run --network host …',
      cost: "the container uses the host's ports",
    },
  ],
  tells: [{ what: 'What it says itself, and which one it is', command: 'ip -V; ip {what} >/dev/null' }],
  samples: ['(00.041003) Error (criu/net.c:2010): net: IP tool failed on route save'],
});
