import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CRIU_MISSING',
  phase: 'start',
  title: 'The container runtime does not find CRIU',
  signatures: [
    { text: /exec: \\?"criu\\?": executable file not found in \$PATH/ },
    { text: /fork\/exec (?<binary>\/\S*criu): no such file or directory/ },
    { text: /Can't exec (?<binary>\S+) swrk: No such file or directory/ },
    { text: /Unable to execute CRIU command: (?<binary>\S+)/i },
    { text: /cannot enable checkpoint\/restore support without the criu binary in \$PATH/ },
    { text: /Checkpoint\/restore support disabled: CRIU binary not found in/ },
    { text: /criu binary not found in shim path or system PATH/ },
    {
      text: /(?:Checkpoint\/Restore|checkpointing a container|restoring a container) requires at least CRIU (?<need>\d+)$/i,
      confidence: 'likely',
    },
  ],
  explains: [
    /Can't (?:read request|receive response)/,
    /Could not dump the JVM process/,
    /checkpoint\/restore support not available/,
    /CRIU version check failed/,
  ],
  cause:
    'The runtime starts `criu` itself, on the host, and found none in the PATH of its own process[[ ({binary})]][[; podman up to 4.5 says "requires at least CRIU {need}" of one that is not there as well as of one that is too old]].',
  remedies: [
    {
      what: 'Install CRIU on the host, not in the image of the container (Ubuntu has it in ppa:criu/ppa), and see that it works',
      where: 'container',
      command: 'sudo apt-get install criu || sudo dnf install criu\nsudo criu check',
    },
    {
      what: "It is installed? Then the daemon's PATH, which is that of its service and not of your shell, lacks its directory: put a link where it looks, and start the daemon anew",
      where: 'docker',
      command: 'sudo ln -s "$(command -v criu)" /usr/sbin/criu\nsudo systemctl restart docker',
      cost: 'containers stop unless live-restore is on',
    },
    {
      what: 'It is installed? Put a link where the daemon looks, and start it anew: it looks only once',
      where: 'containerd',
      command: 'sudo ln -s "$(command -v criu)" /usr/sbin/criu\nsudo systemctl restart containerd',
    },
    {
      what: 'It is installed? Start CRI-O anew: it looks at its start and switches its support off',
      where: 'crio',
      command: 'sudo ln -s "$(command -v criu)" /usr/sbin/criu\nsudo systemctl restart crio',
    },
    {
      what: 'Install it on the node that runs the pod, and start its runtime anew',
      where: 'kubernetes',
      command: 'sudo apt-get install criu || sudo dnf install criu\nsudo systemctl restart crio containerd',
    },
    {
      what: 'sudo may have cut the PATH: name the directory',
      where: 'runc',
      command: 'sudo env PATH="/usr/local/sbin:$PATH" runc checkpoint --image-path DIR ID',
    },
    {
      what: 'Or run crac inside of the container: it brings an engine, and the runtime is not asked',
      where: 'crac',
      command: 'crac engine install\ncrac run --image DIR app.js',
    },
  ],
  tells: [
    { what: 'Which version there is, and whether it works', command: 'criu --version; sudo criu check' },
  ],
  samples: [
    'time="2026-11-28T18:52:04Z" level=error msg="CRIU version check failed: exec: \\"criu\\": executable file not found in $PATH"',
    'Error response from daemon: Cannot checkpoint container app: runc did not terminate successfully: exit status 1: CRIU version check failed: exec: "criu": executable file not found in $PATH path= /run/containerd/io.containerd.runtime.v2.task/moby/38c95e325fe4/criu-dump.log: unknown',
    'ctr: runc did not terminate successfully: exit status 1: CRIU version check failed: exec: "criu": executable file not found in $PATH path= /run/containerd/io.containerd.runtime.v2.task/default/app/criu-dump.log: unknown',
    'Error: checkpoint/restore requires at least CRIU 31100',
    'Error: failed to check for criu version: exec: "criu": executable file not found in $PATH',
    'level=fatal msg="validating runtime config: cannot enable checkpoint/restore support without the criu binary in $PATH"',
    'level=info msg="Checkpoint/restore support disabled: CRIU binary not found int $PATH"',
    'rpc error: code = Unknown desc = failed to checkpoint container "app": criu binary not found in shim path or system PATH',
    'Unable to execute CRIU command: criu',
    "Can't exec criu swrk: No such file or directory",
  ],
});
