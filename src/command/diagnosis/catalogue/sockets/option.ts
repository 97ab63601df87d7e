import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOCKET_OPTION_KERNEL',
  phase: 'both',
  title: 'Only one of two kernels, or only the engine, knows a socket option',
  signatures: [
    {
      file: ['sockets.c', 'sk-inet.c', 'sk-tcp.c', 'soccr.c'],
      text: /Can't (?<verb>get|set) (?!1:(?:16|34) opt: Operation not supported)(?<level>\d+):(?<option>\d+)(?: opt| \(len \d+\)): (?<why>Protocol not available|Operation not supported|Invalid argument)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The engine cannot {verb} option {option} of level {level} of a socket ({why}): this kernel does not know it for this kind of socket; the engine, or the kernel of the checkpoint, is newer (or older) than this kernel.',
  remedies: [
    {
      what: 'Let kernel and engine fit: CRIU 4.2 knows kernels up to 6.17, and a restore needs a kernel not older than that of the checkpoint',
      where: 'machine',
      command: 'uname -r; criu --version\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'Install one for crac', where: 'crac', command: 'crac engine install' },
    {
      what: 'And tell Java to use it',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=criu_location=/path/to/criu …',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/sockets.c:590): sockets: Can't set 1:75 (len 4): Protocol not available",
  ],
});
