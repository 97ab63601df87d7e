import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_HUGE_RESERVATION',
  phase: 'checkpoint',
  title: 'The program has reserved more addresses than the engine can list',
  signatures: [
    {
      file: 'pagemap-cache.c',
      text: /pmc_init: Can't allocate (?<bytes>\d+) bytes/,
      confidence: 'likely',
    },
  ],
  explains: [/Failed to init pagemap/, /Can't dump page/],
  cause:
    'The engine reads eight bytes for each page of the largest mapping, and this one would need {bytes} of them: programs built with a sanitizer (AddressSanitizer, ThreadSanitizer) reserve terabytes. Else the machine has no memory left.',
  remedies: [
    {
      what: 'Build the program without a sanitizer for checkpoints',
      where: 'program',
      command: 'cc -g -O2 -o app app.c   # without -fsanitize=address',
    },
    { what: 'Or give the machine memory', where: 'machine', command: 'free -m; ulimit -a' },
  ],
  tells: [
    {
      what: 'The largest mappings, in bytes',
      command:
        'awk -F\'[- ]\' \'{print strtonum("0x"$2)-strtonum("0x"$1), $0}\' /proc/PID/maps | sort -n | tail -5',
    },
  ],
  samples: [
    "(00.008260) Error (criu/pagemap-cache.c:54): pagemap-cache: pmc_init: Can't allocate 30064246792 bytes",
  ],
});
