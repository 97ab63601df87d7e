import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_EPOLL_ESCAPED',
  phase: 'checkpoint',
  title: 'An epoll watches a descriptor that is closed',
  signatures: [
    { file: 'eventpoll.c', text: /Escaped\/closed fd descriptor (?<fd>-?\d+) on pid (?<pid>\d+)/ },
  ],
  cause:
    'Process {pid} waits with epoll on descriptor {fd}, which it has closed while a copy of it lives elsewhere; native code did that, Node itself removes descriptors before it closes them.',
  remedies: [
    {
      what: 'Find the addon or library that closes a descriptor without taking it out of the loop (uv_poll_stop, EPOLL_CTL_DEL)',
      where: 'program',
    },
    { what: 'See who opened it', where: 'crac', command: 'crac trace app.js' },
  ],
  samples: ['(00.013102) Error (criu/eventpoll.c:322): epoll: Escaped/closed fd descriptor 23 on pid 4711'],
});
