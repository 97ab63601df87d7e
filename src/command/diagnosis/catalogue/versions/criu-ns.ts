import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NS_SCRIPT',
  phase: 'start',
  title: 'The script criu-ns refused to begin',
  signatures: [
    {
      text: /^OSError: \[Errno \d+\] (?<why>Target ns (?<which>[/.]) is not as current|Cannot find NSpid field in proc|No such pid|The stdin is not a tty for a --shell-job|--restore-sibling is not supported|--criu-binary missing argument|--pidfile missing argument|No such command)/,
    },
    {
      text: /^(?:OSError|PermissionError|FileNotFoundError|ProcessLookupError): \[Errno \d+\] (?<why>[A-Z]{4,}|[A-Z][\w ]+)(?:: .*)?$/,
      with: /criu-ns\b.*, line \d+, in /,
      confidence: 'likely',
    },
    { text: /^Exception: (?<why>CRIU was terminated by an unexpected signal.*|CRIU was terminated by an)/ },
    { text: /^OSError: \[Errno \d+\] (?<why>(?:unshare|setns|mount) is not supported on this platform)/ },
  ],
  cause:
    'criu-ns starts the engine in namespaces of its own, and cannot: {why}; EPERM is a missing right (root, CAP_SYS_ADMIN, a seccomp profile); else the program has another root or working directory, is not there, or an option is not known to the script.',
  remedies: [
    {
      what: 'Do by hand what it does',
      where: 'criu',
      command:
        'sudo unshare --pid --mount --fork --mount-proc criu restore -D DIR …\nsudo nsenter -t PID -m -p criu dump -t PID_INSIDE -D DIR …',
    },
    { what: 'crac makes the namespaces itself', where: 'crac', command: 'crac restore IMAGE' },
  ],
  samples: [
    'Traceback (most recent call last):\nOSError: [Errno 18] Target ns / is not as current',
    'Traceback (most recent call last):\n  File "/usr/sbin/criu-ns", line 176, in wrap_restore\n    raise OSError(_errno, errno.errorcode[_errno])\nOSError: [Errno 1] EPERM',
    'OSError: [Errno 22] The stdin is not a tty for a --shell-job',
  ],
});
