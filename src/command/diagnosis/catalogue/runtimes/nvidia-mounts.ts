import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_NVIDIA_MOUNTS',
  phase: 'both',
  title: "NVIDIA's hook added mounts that the runtime does not know",
  signatures: [
    {
      file: 'mount.c',
      text: /(?<!\d)(?<mount>\d+):(?<path>\S*(?:nvidia|libcuda|libnv|cudadebugger)\S*) doesn't have a proper root mount/,
    },
    {
      file: 'mount.c',
      text: /Mount (?<mount>\d+):(?<path>\S*(?:nvidia|libcuda|libnv|cudadebugger)\S*) is autodetected external mount/,
    },
    {
      text: /nvidia-container-(?:cli|runtime-hook)\b.*(?<why>mount error|initialization error|detection error)/,
      with: /restore|checkpoint/,
      confidence: 'likely',
    },
  ],
  cause:
    "The container got libraries, programs and /proc entries of the GPU by NVIDIA's hook, after the runtime had written down its mounts[[ ({path} is one)]]; so nobody declares them to CRIU.",
  remedies: [
    {
      what: 'Give the GPU by CDI: its mounts stand in the configuration of the container, and the runtime declares them',
      where: 'podman',
      command:
        'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml\nsudo podman run --device nvidia.com/gpu=all …',
    },
    {
      what: 'Give the GPU by CDI (Docker 25 and later)',
      where: 'docker',
      command:
        'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml\ndocker run --device nvidia.com/gpu=all …',
    },
    {
      what: 'Let the toolkit use CDI for every container',
      where: 'kubernetes',
      command:
        'sudo nvidia-ctk config --in-place --set nvidia-container-runtime.mode=cdi\nsudo systemctl restart containerd',
    },
    {
      what: "What is on the GPU is saved by CRIU's CUDA plugin only (CRIU 4.0, driver 555 or later)",
      where: 'machine',
      command:
        'criu --version; ls /usr/lib/criu/cuda_plugin.so; nvidia-smi --query-gpu=driver_version --format=csv',
    },
  ],
  samples: [
    "(00.068816) Error (criu/mount.c:1088): mnt: 1404:./usr/bin/nvidia-smi doesn't have a proper root mount",
    "(00.068816) Error (criu/mount.c:1088): mnt: 1420:./proc/driver/nvidia/gpus/0000:17:00.0 doesn't have a proper root mount",
  ],
});
