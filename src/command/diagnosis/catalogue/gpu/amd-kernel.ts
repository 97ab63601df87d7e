import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_AMDGPU',
  phase: 'both',
  title: "The plugin for AMD's GPUs failed",
  signatures: [
    {
      file: 'amdgpu_plugin.c',
      text: /CR not supported on current kernel \(current:(?<have>[\d.]+) min:(?<need>[\d.]+)\)/,
    },
    {
      file: 'amdgpu_plugin.c',
      text: /(?:failed to open|stat error for|fstat error for) (?<what>\/dev\/kfd|kfd in plugin)(?:: (?<why>.+))?/,
    },
    { file: 'amdgpu_plugin.c', text: /Failed to (?<what>open render device \(minor:-?\d+\))/ },
    {
      file: ['amdgpu_plugin.c', 'amdgpu_plugin_drm.c', 'amdgpu_plugin_util.c', 'amdgpu_plugin_topology.c'],
      text: /^(?<what>.+?)(?:: (?<why>[A-Z][a-z ]+))?$/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  cause:
    "CRIU's plugin for AMD's GPUs could not save or restore the GPU's memory[[: {what}]][[ ({why})]][[; the driver's interface is {have} and must be {need}]].",
  remedies: [
    {
      what: 'Use a kernel of 6.0 or later with its own amdgpu driver, and the same kind and number of GPUs at the restore',
      where: 'machine',
      command: 'uname -r; ls -l /dev/kfd /dev/dri',
    },
    {
      what: 'Give the container the devices, at the restore too',
      where: 'container',
      command: 'docker run --device /dev/kfd --device /dev/dri --group-add video …',
    },
    { what: 'Or let go of the GPU before the checkpoint', where: 'program' },
  ],
  samples: [
    '(00.013102) Error (amdgpu_plugin.c:402): amdgpu_plugin: CR not supported on current kernel (current:01.06 min:01.08)',
    '(00.013102) Error (amdgpu_plugin.c:1520): amdgpu_plugin: failed to open kfd in plugin: No such file or directory',
    '(00.013102) Error (amdgpu_plugin.c:950): amdgpu_plugin: Failed to fill the BO using sDMA: bo_buckets[3]',
  ],
});
