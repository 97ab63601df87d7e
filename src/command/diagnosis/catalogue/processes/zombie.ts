import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_ZOMBIE',
  phase: 'checkpoint',
  title: 'A process was ending just then',
  signatures: [
    { file: 'seize.c', text: /zombie (?<pid>\d+) \(comm (?<name>[^)]*)\) found while seizing/ },
    {
      file: ['seize.c', 'infect.c', 'ptrace.c', 'cr-dump.c'],
      text: /zombie (?:(?<pid>\d+) )?found while seizing/,
    },
    { file: 'seize.c', text: /Zombie (?:thread not supported|with children)/ },
    { file: 'seize.c', text: /Zombies with threads are not supported/ },
  ],
  near: [/Unable to interrupt task: (?<pid>\d+)/],
  cause:
    'A process of the program[[ (PID {pid})]][[, {name},]] had ended or was about to end while the engine stopped the program.',
  remedies: [
    {
      what: 'Try again; if it stays, see to it that ended children are waited for',
      where: 'program',
      command: 'ps -o pid,ppid,stat,comm --ppid PID',
    },
    {
      what: 'crac run puts a small init above the program, which waits for orphans',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  samples: ['(00.002210) Error (criu/seize.c:335): zombie 4711 (comm node) found while seizing'],
});
