import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NO_MEMORY',
  phase: 'both',
  title: 'There is not enough memory',
  signatures: [
    { text: /: Cannot allocate memory/, levels: ['error', 'warn'] },
    {
      file: 'restorer.c',
      text: /Can't restore (?:0x)?[0-9a-f]+ mapping with (?:0x)?f{7,15}4\b/,
      confidence: 'likely',
    },
    { file: 'restorer.c', text: /Can't (?:mmap|restore) .*(?:-12|: -12)\b/, confidence: 'likely' },
    {
      file: 'cr-restore.c',
      text: /(?<!\d)(?<pid>\d+) killed by signal 9\b/,
      confidence: 'possible',
      with: /oom|memory cgroup|Out of memory/i,
    },
  ],
  cause:
    "The kernel refused memory[[ to process {pid}]]: the machine or the container's limit is smaller than what the program needs.",
  remedies: [
    {
      what: 'Raise the limit to that of the checkpoint',
      where: 'container',
      command: 'docker run --memory 1g …',
    },
    {
      what: 'See what is free, and what the image needs',
      where: 'machine',
      command: 'free -m\ncrac inspect IMAGE',
    },
  ],
  samples: [
    "(00.017003) Error (criu/cr-restore.c:3255): Can't mmap section for restore code: Cannot allocate memory",
  ],
});
