import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CUDA_ACTION',
  phase: 'both',
  title: "NVIDIA's driver refused to checkpoint or restore the GPU",
  signatures: [
    {
      file: 'cuda_plugin.c',
      text: /(?<action>(?:CHECKPOINT|PAUSE|RESUME)_DEVICES(?: RESTORE| UNLOCK)?) failed with (?<why>.*)/,
      confidence: 'likely',
    },
    {
      file: 'cuda_plugin.c',
      text: /Failed to (?<action>unlock) process status (?<why>.+), pid (?<pid>\d+) may hang/,
      confidence: 'likely',
    },
    { file: 'cuda_plugin.c', text: /Failed to get (?<action>CUDA state) for PID (?<pid>\d+)/ },
    {
      file: 'cuda_plugin.c',
      text: /cuda-checkpoint (?<why>unexpectedly signaled with .+|exited improperly: \d+)/,
      confidence: 'likely',
    },
    {
      file: 'cuda_plugin.c',
      text: /(?<why>(?:Could not|Unable to|Failed to (?!launch|restore process)|Couldn't|unable to|compel_wait_task|Unknown CUDA state).+)/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  near: [/restore tid (?<pid>\d+)|pid (?<pid2>\d+) restore_tid|devices on pid (?<pid3>\d+)/],
  cause:
    'cuda-checkpoint failed[[ at {action}]][[ for process {pid}]][[: {why}]]; it saves GPU memory of one process, and knows neither NCCL between processes, IPC and unified memory of older drivers, nor another kind or order of GPUs at the restore.',
  remedies: [
    {
      what: 'Update the driver: 570 and later know more of CUDA, and 580 lets the GPUs be others',
      where: 'nvidia',
      command: 'nvidia-smi --query-gpu=driver_version,name,uuid --format=csv',
    },
    {
      what: 'Restore on the same kind and number of GPUs, with free memory for what was saved',
      where: 'nvidia',
      command: 'nvidia-smi --query-gpu=name,memory.free --format=csv',
    },
    {
      what: 'Several processes: checkpoint before they share memory (NCCL, CUDA IPC, MPS), or end the workers first',
      where: 'program',
    },
  ],
  tells: [
    {
      what: 'What the helper says by itself (the program goes on after the second)',
      command: 'sudo cuda-checkpoint --toggle --pid {pid}; sudo cuda-checkpoint --toggle --pid {pid}',
    },
  ],
  samples: [
    '(00.413102) cuda_plugin: pausing devices on pid 4711\n(00.423102) Error (cuda_plugin.c:453): cuda_plugin: PAUSE_DEVICES failed with OS call failed or operation not supported on this OS',
    '(00.513102) Error (cuda_plugin.c:397): cuda_plugin: CHECKPOINT_DEVICES failed with Operation not supported',
  ],
});
