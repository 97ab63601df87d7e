import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOCKET_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'A socket of a kind that cannot be dumped',
  signatures: [
    { file: 'sk-inet.c', text: /Unsupported proto (?<proto>\d+) for socket (?<inode>[0-9a-f]+)/ },
    { file: ['sk-inet.c', 'sockets.c'], text: /Unsupported socket family: (?<proto>\d+)/ },
    {
      file: 'sk-inet.c',
      text: /Can't dump (?<proto>\d+) inet socket (?<inode>[0-9a-f]+)\. Only stream/,
    },
    { file: ['sk-inet.c', 'sk-unix.c'], text: /Unsupported (?:socket )?type:? \(?(?<proto>\d+)\)?/ },
    { file: 'net.c', text: /Unsupported link type (?<proto>\d+)/ },
    {
      file: ['sockets.c', 'files.c'],
      text: /(?:BUG! )?Unknown socket (?:collected|family) \(?(?<proto>\d+)/i,
    },
  ],
  cause:
    'The program has a socket of a protocol or family (number {proto}) that the engine cannot save, like MPTCP (262), SCTP (132), vsock or XDP.',
  remedies: [
    { what: 'Close it before the checkpoint and open it after the restore', where: 'program' },
    { what: 'Programs in Go: without MPTCP', where: 'program', command: 'GODEBUG=multipathtcp=0 ./app' },
    {
      what: 'Where it is MPTCP that the system forces on, switch it off',
      where: 'machine',
      command: 'sudo sysctl net.mptcp.enabled=0',
      cost: 'no program on the machine can use MPTCP until it is set back',
    },
  ],
  samples: ['(00.013102) Error (criu/sk-inet.c:137): inet: Unsupported proto 262 for socket 1682c'],
});
