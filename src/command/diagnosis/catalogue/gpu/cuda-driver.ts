import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CUDA_DRIVER',
  phase: 'both',
  title: "NVIDIA's driver is too old for CRIU",
  rank: 'hint',
  signatures: [
    {
      file: 'cuda_plugin.c',
      text: /cuda-checkpoint --(?<option>[\w-]+) flag not supported, an r(?<version>\d+) or higher/,
      levels: ['warn', 'error'],
    },
    {
      text: /cuda-checkpoint: (?:unrecognized|unknown|invalid) option '?(?:--)?(?<option>[\w-]+)/i,
      levels: ['warn', 'error', 'plain', 'debug'],
    },
    {
      file: 'cuda_plugin.c',
      text: /Failed to launch cuda-checkpoint to retrieve (?:restore tid|state): .*(?:unrecognized|[Uu]nknown|[Ii]nvalid) (?:option|argument):? '?(?:--)?(?<option>[\w-]+)/,
    },
  ],
  cause:
    "The driver's cuda-checkpoint has no option --{option}, which CRIU's plugin needs, so that the plugin is off: that takes a driver of {version|555} or later.",
  remedies: [
    {
      what: 'Update the driver (570 or later is best), and take the cuda-checkpoint that belongs to it',
      where: 'nvidia',
      command: 'sudo apt-get install nvidia-driver-570-server',
      cost: 'programs that use the GPU must be ended for it',
    },
    {
      what: 'Or switch the GPU by hand around the checkpoint, with the old helper and a CRIU without the plugin',
      where: 'nvidia',
      command: 'sudo cuda-checkpoint --toggle --pid PID && sudo criu dump -t PID -D DIR …',
      cost: 'the program has no GPU until it is toggled again',
    },
  ],
  samples: [
    '(00.001003) Warn  (cuda_plugin.c:591): cuda_plugin: cuda-checkpoint --action flag not supported, an r555 or higher version driver is required. Disabling CUDA plugin\n(00.052000) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
