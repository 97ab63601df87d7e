import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LSM_READ',
  phase: 'checkpoint',
  title: "The program's security label cannot be read",
  signatures: [
    {
      file: 'lsm.c',
      text: /(?:err scanfing|getting selinux profile failed|failed to collect AA namespace|Unable to parse \/proc\/(?<pid>\d+)\/attr\/\w+|Reading xattr \S+ (?:from|to) FD \d+ failed)(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
    {
      file: 'lsm.c',
      text: /Unable to (?:re)?set the? ?\S* ?socket SELinux context(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
    {
      file: ['net.c', 'parasite-syscall.c'],
      text: /(?:Getting|Setting|Resetting) SELinux (?:socket )?context .*failed(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
    { file: 'apparmor.c', text: /^(?<what>.+)/, levels: ['error'], confidence: 'possible' },
  ],
  cause:
    "The engine and the kernel do not agree about the security module[[ ({what})]][[: {why}]]: several are at work (AppArmor beside SELinux, Landlock, BPF), the engine was built without libselinux or libapparmor, or its cache of the kernel's features (criu.kdat) is of another boot or container.",
  remedies: [
    {
      what: 'Let the engine probe the kernel anew: remove its cache',
      where: 'machine',
      command: 'sudo rm -f /run/criu.kdat /run/criu/criu.kdat "$XDG_RUNTIME_DIR/criu.kdat"',
    },
    {
      what: 'Take an engine of the distribution (4.2 reads the label of AppArmor where several modules are)',
      where: 'machine',
      command: 'sudo apt-get install --only-upgrade criu; criu --version',
    },
    {
      what: 'Or start the container unconfined',
      where: 'container',
      command: 'docker run --security-opt apparmor=unconfined --security-opt label=disable …',
      cost: 'the container is no longer confined by it',
    },
  ],
  tells: [
    {
      what: 'Which modules are at work, and what the program has',
      command: 'cat /sys/kernel/security/lsm; cat /proc/PID/attr/current',
    },
  ],
  samples: [
    '(00.004003) Error (criu/lsm.c:39): err scanfing: Invalid argument',
    '(00.004003) Error (criu/lsm.c:109): getting selinux profile failed: No such file or directory',
  ],
});
