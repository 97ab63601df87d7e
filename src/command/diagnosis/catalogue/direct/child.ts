import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_CHILD',
  phase: 'checkpoint',
  title: 'The engine direct dumps processes of Node, and the program has another child',
  signatures: [
    {
      text: /the program has a child process, (?<pid>\d+) \((?<command>.+?)\)(?:, started at (?<place>.+))?, and the engine direct dumps (?:one process|processes of Node alone)/,
    },
  ],
  cause:
    'Process {pid} ({command}) is a child of the program. The engine direct has each process of Node write itself, and what is not Node cannot; the program goes on.',
  remedies: [
    {
      what: 'End the child in beforeCheckpoint and start it again in afterRestore (docs/library.md)',
      where: 'program',
    },
    {
      what: 'Or take CRIU, which dumps a tree of processes',
      where: 'crac',
      command: 'crac engine install\ncrac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  tells: [{ what: 'What it is, and who started it', command: 'ps -o pid,ppid,lstart,args -p {pid}' }],
  samples: [
    'crac: the program has a child process, 4711 (sleep 1000), started at startHelper (/app/helper.js:7:3), and the engine direct dumps processes of Node alone: end it in beforeCheckpoint, or start the program with --engine criu',
    'crac: the program has a child process, 4711 (esbuild --service=0.25.0), and the engine direct dumps one process: end it in beforeCheckpoint, or start the program with --engine criu',
  ],
});
