import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOCKET_OPTIONS',
  phase: 'checkpoint',
  title: "The engine is too old for this kernel's sockets",
  signatures: [{ file: 'sockets.c', text: /Can't get 1:(?<option>16|34) opt: Operation not supported/ }],
  explains: [/Can't get 1:(?:16|34) opt/],
  cause:
    'Linux 6.16 and later answer a socket option (SO_PASSCRED, SO_PASSSEC) only for unix sockets, and CRIU up to 4.1.1 asks for it on every socket.',
  remedies: [
    {
      what: 'Install CRIU 4.2 or later',
      where: 'machine',
      command: 'criu --version; uname -r\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
    {
      what: 'And tell Java to use it',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=criu_location=/path/to/criu …',
    },
  ],
  samples: [
    "(00.013102) Error (criu/sockets.c:625): sockets: Can't get 1:16 opt: Operation not supported\n(00.013103) Error (criu/sockets.c:625): sockets: Can't get 1:34 opt: Operation not supported\n(00.013130) Error (criu/cr-dump.c:1590): Dump files (pid: 9) failed with -1",
  ],
});
