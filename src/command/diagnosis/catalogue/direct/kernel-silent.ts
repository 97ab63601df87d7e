import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_KERNEL_SILENT',
  phase: 'both',
  title: 'The kernel does not tell the engine direct what it needs to know',
  signatures: [
    { text: /\bcannot read (?<what>\/proc\/self\/\S+): (?<error>[\w ()]+)/ },
    {
      text: /(?<what>\ba (?:TCP )?socket does not tell (?:its state|its address|of what kind it is))(?:: (?<error>[\w ()]+))?/,
    },
    {
      text: /(?<what>\bthe kernel does not tell (?:which sockets are connected|with whom a unix socket is connected|how signals are handled|the limits of the program))(?: \(NETLINK_SOCK_DIAG\))?(?:: (?<error>[\w ()]+))?/,
    },
    { text: /(?<what>\bthe program's (?:groups|capabilities) cannot be noted)(?:: (?<error>[\w ()]+))?/ },
    { text: /(?<what>\bthe signal that stops its threads cannot be caught)(?:: (?<error>[\w ()]+))?/ },
    {
      text: /(?<what>\bthe program has a file mapped that cannot be looked at): (?:\/[^:]+: )?(?<error>[\w ()]+)/,
    },
    { text: /(?<what>\bthe working directory cannot be named)(?:: (?<error>[\w ()]+))?/ },
    { text: /(?<what>\bthe kernel's code for clock_gettime and the like \(vDSO\) is not shown)/ },
    { text: /(?<what>\bthis kernel has its own pages in more pieces than this engine knows)/ },
    { text: /(?<what>\bthe kernel tells less of a timer than this engine knows)/ },
    { text: /(?<what>\ba timer descriptor says nothing of its time)/ },
    {
      text: /(?<what>\bcannot read what a (?:socket of the program|pipe) holds(?:, as out-of-band data)?):?(?: (?<error>[\w ()]+))?/,
    },
    { text: /(?<what>\bcannot read a file without a name):?(?: (?<path>\/[^:]+))?(?:: (?<error>[\w ()]+))?/ },
    { text: /(?<what>\bcannot make a (?:pipe|socket like one that the program has)): (?<error>[\w ()]+)/ },
    { text: /\bcannot read (?<what>\/\S+): (?<error>E[A-Z]+ \([\w ]+\))/, confidence: 'likely' },
  ],
  cause:
    'The program writes itself with what it may see and do, and here that is too little ({what}[[: {error}]]): a sandbox, a seccomp filter, a /proc with parts hidden, or a kernel that is older or newer than this engine knows. At a checkpoint the program goes on.',
  remedies: [
    { what: 'See what this machine or container forbids', where: 'crac', command: 'crac doctor' },
    {
      what: 'Without the profile of the container, for a trial',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call',
    },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    'crac: cannot read /proc/self/pagemap: EACCES (permission denied)',
    'crac: the kernel does not tell which sockets are connected (NETLINK_SOCK_DIAG): EPROTONOSUPPORT (protocol not supported)',
    'crac: the kernel tells less of a timer than this engine knows',
  ],
});
