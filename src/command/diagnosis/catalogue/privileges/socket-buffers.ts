import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NET_ADMIN',
  phase: 'restore',
  title: 'Sizes of socket buffers may not be restored',
  signatures: [
    {
      file: 'sockets.c',
      text: /Unable to set socket SO_SNDBUFFORCE\/SO_RCVBUFFORCE: Operation not permitted/,
    },
  ],
  cause: 'Restoring the size of socket buffers needs CAP_NET_ADMIN, which the engine does not have.',
  remedies: [
    {
      what: 'Restore with crac: it gives --unprivileged where that is the way',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Add --unprivileged: sizes beyond the limit are then cut to it',
      where: 'criu',
      command: 'criu restore --unprivileged …',
    },
    { what: 'Or add the capability', where: 'container', command: 'docker run --cap-add NET_ADMIN …' },
  ],
  samples: [
    '(00.030121) Error (criu/sockets.c:495): sockets: Unable to set socket SO_SNDBUFFORCE/SO_RCVBUFFORCE: Operation not permitted',
    '(00.011713)  26412: Error (criu/sockets.c:495): sockets: Unable to set socket SO_SNDBUFFORCE/SO_RCVBUFFORCE: Operation not permitted',
  ],
});
