import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CHECKPOINT_FILES',
  phase: 'both',
  title: 'The runtime cannot use a directory or file of its checkpoint',
  signatures: [
    {
      text: /error (?:creating|opening) (?:CRIU )?(?<what>work|checkpoint|restore) directory `(?<path>[^`]+)`: (?<why>(?!No space).+)/,
    },
    {
      text: /(?:error )?creating checkpoint (?<what>export file) "(?<path>[^"]+)": .*?(?<why>permission denied|no such file or directory|is a directory|read-only file system)/i,
    },
    {
      text: /failed to (?:write file system changes of container|copy (?:CRIU checkpoint|rw filesystem layer|container spec) blob to checkpoint dir)(?: \S+)?: (?<why>(?!.*no space).+)/,
      confidence: 'likely',
    },
    {
      text: /^mkdir (?<path>\S+): (?<why>read-only file system|not a directory|permission denied)$/,
      confidence: 'possible',
    },
    {
      text: /failed extracting runtime information from \S+: stat (?<path>\S+): (?<why>no such file or directory)/,
    },
    { text: /error mounting (?<what>restore directory) `(?<path>[^`]+)`: (?<why>.+)/ },
  ],
  cause:
    'The runtime itself, before or after the engine, could not make, open or mount {path|what it writes}: {why}.',
  remedies: [
    {
      what: 'Name a directory that exists and that root may write (on NFS root may not)',
      where: 'container',
      command:
        'sudo mkdir -p /var/tmp/checkpoints && df -h /var/tmp/checkpoints\nrunc checkpoint --image-path /var/tmp/checkpoints/NAME ID',
    },
    {
      what: 'Name a place that podman may write',
      where: 'podman',
      command: 'sudo podman container checkpoint --export /var/tmp/NAME.tar.gz NAME',
    },
    {
      what: 'The kubelet and its runtime write below these directories of the node',
      where: 'kubernetes',
      command:
        'sudo ls -ld /var/lib/kubelet/checkpoints; df -h /var/lib/kubelet /var/lib/containers /var/lib/containerd',
    },
  ],
  samples: [
    'time="2026-11-29T04:30:02Z" level=error msg="mkdir /ro/x: read-only file system"',
    'Error: failed extracting runtime information from a.tar.gz: stat /nonexistent: no such file or directory',
    'error creating checkpoint directory `/x`: Permission denied',
    'Error: creating checkpoint export file "/x": open /x: permission denied',
  ],
});
