import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_THREAD_STOPPED',
  phase: 'checkpoint',
  title: 'A thread does not stop as asked',
  signatures: [
    { file: ['infect.c', 'ptrace.c'], text: /SEIZE (?<pid>\d+): task not stopped after seize/ },
    { file: 'seize.c', text: /Individually stopped threads not supported/ },
  ],
  cause: 'A thread[[ (number {pid})]] was ending or stopped for itself while the engine stopped the program.',
  remedies: [{ what: 'Let it go on and try again', where: 'program', command: 'kill -CONT PID' }],
  samples: ['(00.002110) Error (compel/src/lib/infect.c:186): SEIZE 20811: task not stopped after seize'],
});
