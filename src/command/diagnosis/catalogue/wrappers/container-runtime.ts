import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ENGINE_FAILED',
  phase: 'both',
  title: 'A container runtime reports that CRIU failed',
  rank: 'envelope',
  signatures: [
    { text: /criu failed: type (?<type>\w+) errno (?<errno>-?\d+)/i, confidence: 'likely' },
    { text: /criu failed: (?<type>exit status \d+|signal: \w+(?: \(core dumped\))?)/i, confidence: 'likely' },
    {
      text: /CRIU (?<type>checkpointing|restoring|restore|checkpoint|pre-dump|feature checking) failed:? (?<errno>-?\d+)/,
      confidence: 'likely',
    },
    { text: /operation failed \(msg:(?<type>[^)]*?) err:(?<errno>-?\d+)\)/, confidence: 'likely' },
    {
      file: 'util.c',
      text: /Can't setup RLIMIT_NOFILE for self: (?<said>.+): OCI (?<type>permission denied|runtime error)/,
      confidence: 'likely',
    },
    { text: /checkpointing of \S+ failed \((?<type>.+)\)/, confidence: 'possible' },
    { text: /container (?<type>restore) failed: (?<said>.+)/, confidence: 'possible' },
    {
      text: /failed to (?<type>checkpoint|restore) container|cannot (?<type2>checkpoint) container|(?<type3>checkpointing) container "[^"]+" failed/i,
      confidence: 'possible',
    },
  ],
  near: [
    /(?:log file: |path ?= ?|logfile ?|Please check (?:CRIU )?logfile |(?:excerpt from CRIU log|Quoting) )[`"]?(?<log>\/[^\s`",]+?\.log)/,
    /^log file: (?<log>\w[^\s`",]*?\.log)/,
  ],
  cause:
    "The container runtime (runc, crun, containerd, podman, kubelet) only says that CRIU failed ({type}[[, error {errno}]][[: {errnoText}]]); why stands in CRIU's log, {log|whose path the runtime names}.",
  remedies: [
    { what: 'Explain that log', where: 'container', command: 'crac explain {log|/path/to/dump.log}' },
    {
      what: 'Let podman keep it',
      where: 'podman',
      command:
        'sudo podman container checkpoint --keep NAME\nsudo crac explain "$(sudo podman inspect NAME --format \'{{.StaticDir}}\')/dump.log"',
    },
    {
      what: "containerd keeps a copy of the dump's log in the directory of the task, while the container runs; that of a restore goes to its own journal",
      where: 'docker',
      command:
        'sudo crac explain "/run/containerd/io.containerd.runtime.v2.task/moby/$(docker inspect -f \'{{.Id}}\' NAME)/criu-dump.log"',
    },
    {
      what: 'The node that runs the pod has it, where its runtime keeps the containers',
      where: 'kubernetes',
      command:
        'sudo find /run/containerd/io.containerd.runtime.v2.task/k8s.io /run/containers/storage -name "*dump.log" -o -name restore.log',
    },
    byConf(
      'The log of a restore goes with the container that failed: let it be written elsewhere, and try again',
      'log-file /tmp/criu.log',
      'take the line out again afterwards',
    ),
    {
      what: 'Choose where it is written',
      where: 'runc',
      command:
        'sudo runc checkpoint --image-path DIR --work-path /tmp/work ID\ncrac explain /tmp/work/dump.log',
    },
    {
      what: 'Choose where it is written',
      where: 'crun',
      command:
        'sudo crun checkpoint --image-path=DIR --work-path=/tmp/work ID\ncrac explain /tmp/work/dump.log',
    },
  ],
  samples: [
    'criu failed: type NOTIFY errno 0\nlog file: /run/containerd/io.containerd.runtime.v2.task/default/app/criu-dump.log',
    'Error: OCI runtime error: crun: CRIU checkpointing failed -52.  Please check CRIU logfile /var/lib/containers/storage/overlay-containers/1f/userdata/dump.log',
    'Error: OCI runtime error: crun: CRIU restoring failed: -52',
    'criu failed: exit status 1\nlog file: /tmp/work/restore.log',
    'crun: CRIU pre-dump failed: -52',
  ],
});
