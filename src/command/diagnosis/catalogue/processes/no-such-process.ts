import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NO_SUCH_PROCESS',
  phase: 'checkpoint',
  title: 'There is no such process',
  signatures: [
    {
      file: ['util.c', 'proc_parse.c', 'cr-dump.c', 'namespaces.c', 'seize.c', 'kerndat.c'],
      text: /Can't open \/?(?:proc\/)?(?<pid>[1-9]\d*)(?:\/\S*)? on procfs: No such file or directory/,
    },
    {
      file: ['util.c', 'proc_parse.c', 'cr-dump.c'],
      text: /Can't open (?<pid>[1-9]\d*): No such file or directory/,
    },
    {
      file: ['infect.c', 'ptrace.c', 'seize.c'],
      text: /Unable to interrupt task: (?<pid>\d+) \(No such process\)/,
      levels: ['error', 'warn'],
    },
    { text: /DUMP failed: Error\(3\): No process with such pid/, confidence: 'likely' },
    { file: ['util.c', 'seize.c'], text: /Unable to open \/proc\/(?<pid>\d+)\S*: No such file or directory/ },
  ],
  cause:
    'There is no process[[ {pid}]] where the engine looks: it has ended, or the number is the one inside (or outside) of a container.',
  remedies: [
    { what: 'See what can be checkpointed', where: 'crac', command: 'crac ps' },
    {
      what: 'Find the number as seen from here',
      where: 'container',
      command: "grep -sE '^NSpid:\\s+\\S+\\s+\\S' /proc/[0-9]*/status",
    },
  ],
  samples: [
    "(00.000601) Error (criu/proc_parse.c:1017): Can't open 999999/stat on procfs: No such file or directory",
  ],
});
