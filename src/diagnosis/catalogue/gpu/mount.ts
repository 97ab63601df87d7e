import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_GPU_MOUNT',
  phase: 'both',
  title: "A mount that NVIDIA's hook made is not known to the engine",
  signatures: [
    {
      file: 'mount.c',
      text: /(?<mount>\d+):(?<path>\.?\/\S*(?:nvidia|libcuda|libnv|cuda)\S*) doesn't have a proper root mount/i,
    },
    {
      file: 'mount.c',
      text: /Mount (?<mount>\d+):(?<path>\S*(?:nvidia|libcuda|libnv|cuda)\S*) is autodetected external mount/i,
    },
    {
      file: 'mount.c',
      text: /No mapping for (?:\d+:)?(?<path>\S*(?:nvidia|libcuda|libnv|cuda)\S*) mountpoint/i,
    },
  ],
  cause:
    "NVIDIA's container hook mounted {path} into the container behind the runtime's back, so the runtime did not tell the engine about it.",
  remedies: [
    {
      what: 'Let the runtime make the mounts: give the GPU by CDI, not by the hook',
      where: 'nvidia',
      command:
        'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml\npodman run --device nvidia.com/gpu=all …\ndocker run --device nvidia.com/gpu=all …',
    },
    byConf('Or let the engine take all mounts from outside as they are', 'external mnt[]'),
    {
      what: 'Or let the engine take all mounts from outside as they are, at both ends',
      where: 'criu',
      command: "criu dump --external 'mnt[]' …\ncriu restore --external 'mnt[]' --root ROOT …",
    },
  ],
  samples: [
    "(00.009003) Error (criu/mount.c:753): mnt: 1554:./usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15 doesn't have a proper root mount",
    '(00.009003) Error (criu/mount.c:3120): mnt: Mount 61:/proc/driver/nvidia/gpus/0000:01:00.0 is autodetected external mount. Try "--ext-mount-map auto" to allow them.',
  ],
});
