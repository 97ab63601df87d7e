import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ENGINE_FAILED',
  phase: 'both',
  title: 'A container runtime reports that CRIU failed',
  rank: 'envelope',
  signatures: [
    { text: /criu failed: type (?<type>\w+) errno (?<errno>-?\d+)/, confidence: 'likely' },
    {
      text: /CRIU (?<type>checkpointing|restoring|restore|checkpoint) failed (?<errno>-?\d+)/,
      confidence: 'likely',
    },
    { text: /failed to (?<type>checkpoint|restore) container/, confidence: 'possible' },
  ],
  near: [/(?:log file: |path ?= ?|logfile ?|Please check (?:CRIU )?logfile )(?<log>\/\S+?\.log)/],
  cause:
    "The container runtime (runc, crun, containerd, podman, kubelet) only says that CRIU failed ({type}[[, {errno}]]); why stands in CRIU's log, {log|whose path the runtime names}.",
  remedies: [
    { what: 'Explain that log', where: 'container', command: 'crac explain {log|/path/to/dump.log}' },
    {
      what: 'Let podman keep it',
      where: 'container',
      command:
        'podman container checkpoint --keep NAME\ncrac explain "$(podman inspect NAME --format \'{{.StaticDir}}\')/dump.log"',
    },
  ],
  samples: [
    'criu failed: type NOTIFY errno 0\nlog file: /run/containerd/io.containerd.runtime.v2.task/default/app/criu-dump.log',
    'Error: OCI runtime error: crun: CRIU checkpointing failed -52.  Please check CRIU logfile /var/lib/containers/storage/overlay-containers/1f/userdata/dump.log',
  ],
});
