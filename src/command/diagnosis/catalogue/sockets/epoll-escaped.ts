import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_EPOLL_ESCAPED',
  phase: 'checkpoint',
  title: 'An epoll watches a descriptor that is closed',
  signatures: [
    {
      file: 'eventpoll.c',
      text: /Escaped\/closed fd descriptor (?<fd>-?\d+) on pid (?<pid>\d+)/,
      confidence: 'likely',
    },
    {
      text: /epoll: kid_lookup_epoll: no match pid (?<pid>\d+) efd (?<set>\d+) tfd (?<fd>\d+)/,
      levels: ['debug'],
      with: /Dump eventpoll \(pid: \d+\) failed/,
      confidence: 'likely',
    },
  ],
  cause:
    'Process {pid} waits with epoll on descriptor {fd}, which it has closed while a copy of it lives elsewhere; native code did that, or the whole epoll set was inherited from the editor, terminal or service manager that started it (then the program never had descriptor {fd}).',
  remedies: [
    {
      what: 'Where the epoll set was inherited, start the program elsewhere (ssh, a plain console), or with that descriptor closed',
      where: 'program',
      command: 'setsid node app.js </dev/null >app.log 2>&1 3>&- &',
    },
    {
      what: 'Find the addon or library that closes a descriptor without taking it out of the loop (uv_poll_stop, EPOLL_CTL_DEL)',
      where: 'program',
    },
    { what: 'See who opened it', where: 'crac', command: 'crac trace app.js' },
  ],
  tells: [
    {
      what: 'Which epoll sets the program has, and which it has made itself',
      command:
        "grep -l '^tfd:.* {fd} ' /proc/{pid}/fdinfo/*; ls -l /proc/{pid}/fd /proc/$(ps -o ppid= {pid})/fd",
    },
  ],
  samples: ['(00.013102) Error (criu/eventpoll.c:322): epoll: Escaped/closed fd descriptor 23 on pid 4711'],
});
