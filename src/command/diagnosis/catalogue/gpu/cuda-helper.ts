import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CUDA_HELPER',
  phase: 'both',
  title: "NVIDIA's helper cuda-checkpoint is not found",
  rank: 'hint',
  signatures: [
    {
      text: /execvp\("cuda-checkpoint"\) failed: (?<why>.+)/,
      levels: ['error', 'plain', 'debug'],
      confidence: 'likely',
    },
    { text: /check that cuda-checkpoint is present in \$PATH/, levels: ['warn', 'error', 'plain'] },
  ],
  cause:
    'The plugin of CRIU for CUDA starts cuda-checkpoint, which is not in the PATH of the process that starts the engine (a daemon has a PATH of its own)[[: {why}]]; the plugin has switched itself off.',
  remedies: [
    {
      what: 'Install the helper where daemons find it',
      where: 'nvidia',
      command: 'sudo install -m 755 cuda-checkpoint /usr/bin/cuda-checkpoint',
    },
    {
      what: 'In a container runtime started by systemd, look whether its PATH has that directory',
      where: 'machine',
      command: 'systemctl show -p Environment containerd docker crio',
    },
  ],
  samples: [
    '(00.001003) Warn  (cuda_plugin.c:585): cuda_plugin: check that cuda-checkpoint is present in $PATH\n(00.052000) Error (criu/cr-dump.c:2111): Dumping FAILED.',
    '(00.001003) Error (cuda_plugin.c:252): cuda_plugin: Failed to launch cuda-checkpoint to retrieve state: execvp("cuda-checkpoint") failed: No such file or directory',
  ],
});
