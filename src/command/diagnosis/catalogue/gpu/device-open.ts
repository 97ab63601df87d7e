import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_GPU_OPEN',
  phase: 'checkpoint',
  title: 'The program has a GPU open',
  signatures: [
    {
      file: ['files-ext.c', 'files.c'],
      text: /Can't dump file (?<fd>-?\d+) of that type \[\d+\] \(chr (?<device>195:\d+)/,
    },
    {
      file: ['files-ext.c', 'files.c'],
      text: /Can't dump file (?<fd>-?\d+) of that type \[\d+\] \(chr (?<device>226:\d+)/,
    },
    {
      file: ['files-ext.c', 'files.c'],
      text: /Can't dump file (?<fd>-?\d+) of that type \[\d+\] \(chr (?<device>(?:23[4-9]|24\d|25[0-4]|38[4-9]|39\d|4\d\d|50\d|51[01]):\d+)/,
      with: /nvidia|cuda|amdgpu|\/dev\/kfd/i,
      confidence: 'likely',
    },
  ],
  cause:
    "Descriptor {fd} of the program is a device of a GPU (number {device}: 195 is NVIDIA, 226 a render device, larger ones NVIDIA's uvm and caps or AMD's kfd), and no plugin of CRIU took it.",
  remedies: [
    {
      what: 'NVIDIA: CRIU 4.0 or later with its cuda_plugin.so, cuda-checkpoint in PATH, and a driver of 555 or later',
      where: 'nvidia',
      command:
        'ls /usr/lib/criu/cuda_plugin.so; command -v cuda-checkpoint; nvidia-smi --query-gpu=driver_version --format=csv,noheader',
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
      what: 'Or let go of the GPU before the checkpoint; programs of graphics (OpenGL, Vulkan, monitoring with nvidia-smi) have no other way',
      where: 'program',
    },
  ],
  tells: [
    {
      what: 'Who has the device open',
      command: 'ls -l /proc/PID/fd/{fd}; sudo fuser -v /dev/nvidia* /dev/dri/*',
    },
  ],
  samples: [
    "(00.013102) Error (criu/files-ext.c:96): Can't dump file 18 of that type [20666] (chr 195:255)\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1",
    "(00.013102) Error (criu/files-ext.c:96): Can't dump file 9 of that type [20660] (chr 226:128)",
    "(00.013000) cuda_plugin: No GPU device found; CUDA plugin is disabled\n(00.013102) Error (criu/files-ext.c:96): Can't dump file 21 of that type [20666] (chr 510:0)",
  ],
});
