import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CRIU_TOO_OLD',
  phase: 'start',
  title: 'CRIU is too old for the container runtime',
  signatures: [
    { text: /CRIU version (?<have>\d+) must be (?<need>\d+) or higher/i },
    { text: /CRIU version must be (?<need>[\d.]+) or higher/i },
    { text: /requires at least CRIU (?<need>\d+), current version is (?<have>\d+)/ },
    { text: /restoring containers into pods requires at least CRIU (?<need>\d+)/ },
    { text: /(?<what>--lsm-(?:profile|mount-context)) requires at least CRIU (?<need>[\d.]+)/ },
    { text: /(?<what>shared (?:time|ipc|uts) namespace) restore is supported in CRIU >= (?<need>[\d.]+)/i },
    { text: /(?<what>libcriu RPC config files) supported in CRIU >= (?<need>[\d.]+)/ },
    { text: /criu lacks support for (?<what>external \w+ namespace)/ },
    { text: /criu is missing features: (?<what>.+)/i, confidence: 'likely' },
    { text: /libcriu is too old/ },
    { text: /CRIU does not support (?<what>`src-nofollow` for bind mounts)/ },
  ],
  cause:
    'The CRIU on this host[[ ({have})]] is older than the runtime needs[[: {need} or later]][[ for {what}]] (a number such as 31600 is version 3.16).',
  remedies: [
    {
      what: 'Install a newer one: of the distribution if it has it (Ubuntu: ppa:criu/ppa), otherwise built from its sources',
      where: 'container',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu || sudo dnf upgrade criu',
    },
    {
      what: 'Is an older one before it in the PATH of the daemon? See all there are',
      where: 'container',
      command: 'sudo sh -c "type -a criu"; systemctl show docker containerd crio -p Environment',
    },
    {
      what: 'crun calls the library, not the program: update both',
      where: 'crun',
      command: 'sudo apt-get install --only-upgrade libcriu2 criu || sudo dnf upgrade criu-libs criu',
    },
    {
      what: 'Or run crac inside of the container, with an engine of its own',
      where: 'crac',
      command: 'crac engine install',
    },
  ],
  samples: [
    'CRIU version 30600 must be 31500 or higher',
    'Error: checkpoint/restore requires at least CRIU 31600, current version is 31100',
    'crun: libcriu is too old',
    'crun: shared ipc namespace restore is supported in CRIU >= 3.16.1',
    'level=error msg="--lsm-profile requires at least CRIU 3.16"',
    'criu lacks support for external network namespace during checkpointing process (old criu version?)',
    'check for CRIU checkpoint/restore requires at least CRIU 31600, current version is 31500',
  ],
});
