import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_TREE',
  phase: 'checkpoint',
  title: 'The processes of the program share what the engine direct does not make anew',
  signatures: [
    { text: /(?<what>\bprocess \d+ \([^)]+\).* stands in another session than its parent)/ },
    { text: /(?<what>\bprocess \d+ \([^)]+\).* has joined another process group than its parent's)/ },
    { text: /(?<what>\bthe parent of process \d+ \([^)]+\).* has ended, or is not Node)/ },
    {
      text: /(?<what>\bdescriptor \d+ of process \d+ .+ are a file without a name \((?<path>[^)]+)\) that both have opened or mapped)/,
    },
    { text: /(?<what>\bdescriptor \d+ of process \d+ .+ is a socket of packets to another process)/ },
    { text: /(?<what>\bprocess \d+ \([^)]+\).* shares memory with process \d+)/ },
    {
      text: /(?<what>\bprocess \d+ \([^)]+\).*, a child of the program, was started by a Worker or by native code)/,
    },
    { text: /(?<what>\ba child of the program has just ended, and the program has not heard of that yet)/ },
    { text: /(?<what>\bthe program has started a child process meanwhile, \d+ \([^)]+\))/ },
    {
      text: /(?<what>\bthe program(?:'s processes have| has) more than \d+ (?:processes|pipes and sockets between them))/,
    },
  ],
  cause:
    'Each process of the program writes itself, and a restore makes anew what they have between them: pipes, unix streams, servers and files that several have as one. This it cannot: {what}. The program goes on.',
  remedies: [
    {
      what: 'End the child in beforeCheckpoint and start it again in afterRestore; for a child that has just come or gone, try again',
      where: 'program',
    },
    {
      what: 'Or take CRIU, which carries any tree of processes',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    "crac: process 4711 (node worker.js), started at start (/srv/app.js:3:9) has joined another process group than its parent's",
    'crac: descriptor 18 of process 4711 (node app.js) and descriptor 20 of process 4720 (node worker.js) are a file without a name (/tmp/state) that both have opened or mapped',
    'crac: a child of the program has just ended, and the program has not heard of that yet: try again',
  ],
});
