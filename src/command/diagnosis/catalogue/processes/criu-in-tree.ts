import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_INSIDE_TREE',
  phase: 'checkpoint',
  title: 'The engine is a child of the program that it dumps',
  signatures: [{ file: ['infect.c', 'ptrace.c'], text: /The criu itself is within dumped tree/ }],
  cause: 'CRIU was started by the program that it shall dump, so it would have to stop itself.',
  remedies: [
    {
      what: 'Ask crac from inside the program; its parent starts the engine outside',
      where: 'crac',
      command: "import { checkpointRestore } from 'node-crac';\nawait checkpointRestore();",
    },
    {
      what: 'Start it so that it is no descendant',
      where: 'criu',
      command: "setsid sh -c '(sleep 1; criu dump -t PID …) &' &",
      cost: 'it must not begin before the shell in between has ended',
    },
  ],
  samples: ['(00.000812) Error (compel/src/lib/infect.c:259): The criu itself is within dumped tree.'],
});
