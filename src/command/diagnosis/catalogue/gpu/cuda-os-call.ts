import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CUDA_OS_CALL',
  phase: 'both',
  title: "NVIDIA's helper may not do its work",
  rank: 'hint',
  signatures: [
    {
      text: /Error (?<what>initializing CUDA|toggling CUDA in process ID (?<pid>\d+)|\w+ing [\w ]*process ID (?<pid2>\d+)): "?(?<why>OS call failed or operation not supported on this OS)/i,
      confidence: 'likely',
      levels: ['error', 'plain', 'debug'],
    },
  ],
  explains: [/cuda_plugin|cuda-checkpoint/],
  cause:
    'cuda-checkpoint[[ (at {what})]] was refused by the system: it needs root, the files /dev/nvidia*, and to see the process in /proc; in a container, or below an engine that runs in one, some of it is missing.',
  remedies: [
    {
      what: 'Call it, and the engine, as root',
      where: 'nvidia',
      command: 'sudo cuda-checkpoint --toggle --pid {pid}',
    },
    {
      what: 'In a container: give it the devices, the PIDs of the host, and the right to trace',
      where: 'container',
      command: 'docker run --gpus all --pid host --cap-add SYS_PTRACE --cap-add SYS_ADMIN …',
      cost: 'the container then sees every process of the machine',
    },
    {
      what: 'Below CRIU or a container runtime: the driver must be loaded on the host itself',
      where: 'machine',
      command: 'ls -l /dev/nvidia*; nvidia-smi',
    },
  ],
  tells: [
    {
      what: 'What it was refused',
      command: 'sudo strace -f cuda-checkpoint --toggle --pid {pid} 2>&1 | grep -E "EPERM|EACCES|ENOENT"',
    },
  ],
  samples: [
    'Error toggling CUDA in process ID 19897: "OS call failed or operation not supported on this OS"',
    '(03.191454) Error (cuda_plugin.c:246): cuda_plugin: Failed to launch cuda-checkpoint to retrieve restore tid: Error initializing CUDA: "OS call failed or operation not supported on this OS"',
  ],
});
