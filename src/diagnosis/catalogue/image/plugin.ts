import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PLUGIN_MISSING',
  phase: 'restore',
  title: 'A plugin is missing',
  signatures: [{ file: 'image.c', text: /Missing required plugin: (?<plugin>\S+)/ }],
  cause:
    "The image was made with the engine's plugin {plugin} (for a graphics card), which is not installed here.",
  remedies: [
    { what: 'Install it', where: 'machine', command: 'ls /usr/lib/criu' },
    { what: 'Or let go of the device before the checkpoint', where: 'program' },
  ],
  samples: ['(00.001003) Error (criu/image.c:123): Missing required plugin: cuda_plugin'],
});
