import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NOT_CARRIED',
  phase: 'checkpoint',
  title: 'The program has something that the engine direct does not take along',
  signatures: [
    { text: /(?<what>\bthis engine makes no (?:sockets of the family \d+|raw sockets) anew)/ },
    { text: /(?<what>\ba pipe of packets \(O_DIRECT\) cannot be taken along)/ },
    { text: /(?<what>\ba unix socket sends to one without a name, which does not send to it)/ },
    { text: /(?<what>\ba timer counts the CPU time of a thread or of another process)/ },
    { text: /(?<what>\bwhat has been deleted and is open still is no regular file): (?<path>\/\S+)/ },
    {
      text: /(?<what>\ba file that is open was removed under this name and has another one): (?<path>\/\S+)/,
    },
    { text: /(?<what>\ba memory file has huge pages) \(hugetlbfs\): (?<path>\S+)/ },
    {
      text: /(?<what>\bthe program watches a file or directory that was moved or removed since) \(inotify\): (?<path>\S+)/,
    },
    { text: /(?<what>\bthe program watches something \(inotify\) by a system call of its own)/ },
    { text: /(?<what>\ba thread holds a robust mutex): ?(?<path>\S+)?/ },
    { text: /(?<what>\bshared memory is mapped beyond the end of its file, or has guard pages)/ },
    { text: /(?<what>\bmemory that may not be read cannot be made so)/ },
  ],
  cause:
    'The engine direct makes things anew from what the kernel tells of them, and of this it cannot: {what}[[ ({path})]]. The program goes on.',
  remedies: [
    {
      what: 'Let go of it in beforeCheckpoint and take it up again in afterRestore (docs/library.md)',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => thing.close(),\n  afterRestore: () => { thing = open(); },\n});',
    },
    { what: 'See who has opened it', where: 'crac', command: 'crac trace app.js' },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    'crac: this engine makes no sockets of the family 40 anew',
    'crac: a file that is open was removed under this name and has another one: /srv/a.log',
    'crac: a thread holds a robust mutex: worker',
  ],
});
