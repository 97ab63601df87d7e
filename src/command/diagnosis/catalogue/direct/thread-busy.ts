import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_THREAD_BUSY',
  phase: 'checkpoint',
  title: 'A thread of the program did not stand still',
  signatures: [{ text: /\bthread (?<tid>\d+) does not stand still within (?<time>\d+ s)/ }],
  cause:
    'Thread {tid} did not come to rest within {time}: it waits in the kernel for a disk or a network file system, or an addon blocks the signal by which it is asked. The program goes on.',
  remedies: [
    {
      what: 'See where it stands, and try again when it is done',
      where: 'machine',
      command: 'cat /proc/{tid}/wchan /proc/{tid}/stack; grep -E "^(State|SigBlk)" /proc/{tid}/status',
    },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: ['crac: thread 4711 does not stand still within 5 s: it waits in the kernel, or blocks signal 32'],
});
