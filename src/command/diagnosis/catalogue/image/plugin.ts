import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PLUGIN_MISSING',
  phase: 'restore',
  title: 'A plugin is missing',
  signatures: [{ file: 'image.c', text: /Missing required plugin: (?<plugin>\S+)/ }],
  cause:
    "The image was made with the engine's plugin {plugin} (for a graphics card), which is not installed here.",
  remedies: [
    {
      what: 'Install CRIU with its plugins, and name their directory where they lie elsewhere',
      where: 'machine',
      command: 'sudo apt-get install criu\nsudo criu restore --libdir /usr/lib/criu …',
    },
    {
      what: "For cuda_plugin, NVIDIA's cuda-checkpoint must be in PATH and a GPU be there as well: without them the plugin switches itself off",
      where: 'nvidia',
      command: 'command -v cuda-checkpoint && nvidia-smi -L',
    },
    { what: 'Or let go of the device before the checkpoint', where: 'program' },
  ],
  samples: ['(00.001003) Error (criu/image.c:123): Missing required plugin: cuda_plugin'],
});
