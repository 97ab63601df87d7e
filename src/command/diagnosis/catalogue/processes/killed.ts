import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_KILLED',
  phase: 'restore',
  title: 'The program ended while it was restored',
  rank: 'symptom',
  signatures: [
    {
      file: 'cr-restore.c',
      text: /(?<!\d)(?<pid>\d+) (?:killed|stopped) by signal (?<signal>(?!4\b|9\b|11\b|15\b|31\b|127\b)\d+)(?:: (?<name>.+))?/,
      confidence: 'possible',
    },
    {
      file: ['infect.c', 'parasite-syscall.c'],
      text: /(?<!\d)(?<pid>\d+) was (?:killed|stopped) by (?<signal>\d+) unexpectedly(?:: (?<name>.+))?/,
      confidence: 'possible',
    },
    {
      file: ['infect.c', 'parasite-syscall.c'],
      text: /(?<!\d)(?<pid>\d+) exited with (?<code>-?\d+) unexpectedly/,
      confidence: 'possible',
    },
    {
      file: ['cr-restore.c', 'util.c'],
      text: /^(?:killed|stopped) by signal (?<signal>\d+): (?<name>.+)/,
      confidence: 'possible',
    },
  ],
  cause:
    'Process {pid|N} was ended[[ by signal {signal}]][[ ({name})]] while the engine worked on it, by somebody else or by its own fault; the text has no other error.',
  remedies: [
    {
      what: 'Look who sent it: a time limit, a supervisor, the kernel (out of memory)',
      where: 'machine',
      command: 'sudo dmesg | tail -30; journalctl --since -5min | grep -iE "kill|oom"',
    },
    { what: 'A log with everything in it', where: 'criu', command: 'criu restore -v4 -o restore.log …' },
    { what: 'A newer engine', where: 'crac', command: 'crac engine install' },
  ],
  samples: ['(00.030003) Error (criu/cr-restore.c:1262): 9 killed by signal 6: Aborted'],
});
