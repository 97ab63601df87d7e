import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_DEVICE_MAPPED',
  phase: 'checkpoint',
  title: "A device's memory is mapped into the program",
  signatures: [
    {
      file: 'proc_parse.c',
      text: /Can't handle non-regular mapping on (?<pid>\d+)'s map (?<address>[0-9a-f]+)/,
    },
    { file: 'proc_parse.c', text: /handle_device_vma plugin failed(?:: (?<why>.+))?/, confidence: 'likely' },
    {
      file: ['amdgpu_plugin.c', 'amdgpu_plugin_drm.c'],
      text: /Can't handle VMA(?:s of| mapping of) input device/,
      confidence: 'likely',
    },
  ],
  near: [/(?<device>\/dev\/(?:nvidia|dri|kfd|infiniband|vfio|fuse|mem|snd|hugepages)[\w/-]*)/],
  explains: [/Can't handle non-regular mapping/, /handle_device_vma/, /Collect mappings/, /mapfile link/],
  cause:
    'Process {pid|N} has mapped memory of a device[[ ({device})]], in most cases a GPU, and no plugin of CRIU took it: it is not installed, not found, or has switched itself off.',
  remedies: [
    {
      what: 'NVIDIA: CRIU 4.0 or later with its cuda_plugin.so, cuda-checkpoint in PATH, and a driver of 555 or later (570 for all that the plugin asks for)',
      where: 'nvidia',
      command:
        'ls /usr/lib/criu/cuda_plugin.so; command -v cuda-checkpoint; nvidia-smi --query-gpu=driver_version --format=csv,noheader',
    },
    {
      what: 'Without the plugin: let cuda-checkpoint take the state of the GPU into memory first, and give it back after the restore',
      where: 'nvidia',
      command: 'sudo cuda-checkpoint --toggle --pid {pid}',
      cost: 'the program has no GPU until it is toggled again',
    },
    {
      what: 'AMD: CRIU with its amdgpu_plugin.so, and a kernel of 6.0 or later',
      where: 'machine',
      command: 'sudo apt-get install criu-amdgpu-plugin',
    },
    byConf('Where the plugins lie elsewhere, name their directory', 'libdir /usr/lib/criu'),
    {
      what: 'Name the directory of the plugins',
      where: 'criu',
      command: 'criu dump --libdir /usr/lib/criu …',
    },
    {
      what: 'Or let go of the device before the checkpoint, and open it again after the restore',
      where: 'program',
    },
  ],
  tells: [
    { what: 'Which device it is', command: 'grep /dev/ /proc/{pid}/maps' },
    {
      what: 'Whether the plugin was loaded',
      command: "criu dump -v4 … ; grep -iE 'plugin|cuda|amdgpu' dump.log",
    },
  ],
  samples: [
    "(00.041001) Error (criu/proc_parse.c:118): handle_device_vma plugin failed: No such file or directory\n(00.041010) Error (criu/proc_parse.c:663): Can't handle non-regular mapping on 4711's map 200000000\n(00.041020) Error (criu/cr-dump.c:1558): Collect mappings (pid: 4711) failed with -1",
    "Error (criu/proc_parse.c:532): Can't handle non-regular mapping on 31's map 7f0a10000000",
  ],
});
