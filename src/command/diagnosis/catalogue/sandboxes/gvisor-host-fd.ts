import { entry } from '../../entry.ts';

export default entry({
  code: 'GVISOR_HOST_FD',
  phase: 'restore',
  title: 'gVisor: a descriptor from outside is not there at the restore',
  signatures: [
    { text: /no host FD available for (?<key>\S+?),? map: (?<map>.*)/ },
    { text: /no host FD available for (?<key>\S+)/ },
  ],
  cause:
    'At the checkpoint a process of the sandbox had a descriptor of the host ({key}) that the restore is not given: most often the terminal or pipes of a `runsc exec` that was still there, or standard streams of another kind.',
  remedies: [
    {
      what: 'End every exec session before the checkpoint',
      where: 'gvisor',
      command: 'runsc ps NAME\nrunsc checkpoint --image-path DIR NAME',
    },
    {
      what: 'Start the container at the restore with the same kind of standard streams (pipes, no terminal)',
      where: 'gvisor',
      command: 'runsc restore --detach --image-path DIR NAME </dev/null',
    },
  ],
  samples: [
    'starting container: restoring container "x": failed to load kernel: error executing callbacks: no host FD available for :host:0, map: map[a:/:3]:',
  ],
});
