import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_ADDRESS_GONE',
  phase: 'restore',
  title: 'An address of the image does not exist here',
  signatures: [
    {
      file: ['sk-inet.c', 'soccr.c'],
      text: /Can't bind inet socket (?:\(id \d+\)|back)(?: \([^)]*\))?: (?<why>Cannot assign requested address)/,
    },
    {
      file: ['sk-inet.c', 'soccr.c'],
      text: /Can't connect inet socket back: (?<why>Network is unreachable|No route to host|Invalid argument|Connection timed out)/,
      confidence: 'likely',
    },
  ],
  near: [
    /Restore: family \S+ +type \S+ +proto \S+ +port \d+ +state \S+ +src_addr (?:::ffff:)?(?<address>\S+)/,
  ],
  explains: [/Unable to open fd=/],
  cause:
    'A socket of the image[[ ({address})]] is bound to an address that this machine or container does not have, or connected to one that cannot be reached from here ({why}).',
  remedies: [
    {
      what: 'Let connections be closed at the checkpoint, as crac does; listen on all addresses',
      where: 'crac',
      command: "server.listen(port, '0.0.0.0')",
    },
    {
      what: 'Or give the machine that address',
      where: 'machine',
      command: 'ip address add {address|ADDRESS} dev lo',
    },
    {
      what: 'Or let connections be closed at the restore',
      where: 'criu',
      command: 'criu restore --tcp-close …',
    },
    {
      what: 'Or give the container the address it had',
      where: 'container',
      command: 'docker run --network NET --ip {address|ADDRESS} …',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (soccr/soccr.c:529): Can't connect inet socket back: Network is unreachable",
    "(00.017007)  20811: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Cannot assign requested address",
  ],
});
