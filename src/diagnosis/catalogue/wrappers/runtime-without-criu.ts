import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_WITHOUT_CRIU',
  phase: 'both',
  title: 'The container runtime was built without CRIU',
  signatures: [
    { text: /unknown command (?<command>checkpoint|restore)$/, confidence: 'likely' },
    { text: /(?:crun|configured runtime|runtime) does not support checkpoint\/restore/i },
  ],
  cause:
    'The container runtime (crun of Debian 12 is such) was built without CRIU and can neither checkpoint nor restore.',
  remedies: [
    {
      what: 'Run crac inside the container: the runtime is not asked then',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Take runc, which calls the criu that is installed',
      where: 'container',
      command: 'podman --runtime runc run …',
    },
    { what: 'See what the runtime was built with', where: 'container', command: 'crun --version' },
  ],
  samples: ['unknown command checkpoint', 'Error: configured runtime does not support checkpoint/restore'],
});
