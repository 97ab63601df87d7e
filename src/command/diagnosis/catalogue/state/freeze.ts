import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FREEZE',
  phase: 'checkpoint',
  title: 'The control group does not freeze',
  signatures: [
    { file: 'seize.c', text: /Unable to freeze cgroup (?<path>\S+)(?: \(|$)/ },
    {
      file: 'seize.c',
      text: /Unable to (?:freeze|thaw|\S+) tasks: .+|Unknown freezer state: \S+|Unable to (?:read from|seek) freezer FD/,
      confidence: 'likely',
    },
  ],
  cause:
    'The control group[[ {path}]] could not be frozen: a process in it waits for a device or a network file system (state D).',
  remedies: [
    {
      what: 'Find the process that waits',
      where: 'machine',
      command: "ps -eo pid,stat,wchan:30,comm | awk '$2 ~ /D/'",
    },
    byConf('Give it longer', 'timeout 120', 'the program stands still so long'),
    {
      what: 'Give it longer, or dump without the freezer',
      where: 'criu',
      command: 'criu dump --timeout 60 …',
    },
  ],
  samples: [
    '(00.102110) Error (criu/seize.c:635): Unable to freeze cgroup /sys/fs/cgroup/app (100 x 100ms attempts, timeout: 10s)',
  ],
});
