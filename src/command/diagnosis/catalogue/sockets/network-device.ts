import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NETWORK_DEVICE',
  phase: 'both',
  title: 'A network device of the namespace cannot be saved or made',
  signatures: [
    { file: 'net.c', text: /Unsupported link (?<device>\d+) \(type (?<type>\d+) kind (?<kind>\S+)\)/ },
    { file: 'net.c', text: /a (?<kind>macvlan) parent for (?<device>\S+) is required/ },
    {
      file: 'net.c',
      text: /(?:Can't restore link: (?<code>-?\d+)|Unable to (?:restore network links|find the (?<device>\d+) master)|Unable to create a veth pair: (?<code2>-?\d+)|Missing (?<kind>macvlan|sit) link entry)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: 'net.c',
      text: /(?:[Cc]an't (?:get ifindex of|get index of|get flags of interface)|couldn't set flags on|Can't add interface) (?<device>\S+).*?: (?<why>.+)/,
      levels: ['error'],
      confidence: 'likely',
    },
    { file: ['sk-inet.c', 'sk-packet.c'], text: /couldn't find if(?:index|name) for (?<device>[^\s,]+)/ },
  ],
  cause:
    'The network namespace of the image has a device[[ {device}]][[ of kind {kind}]] that the engine cannot save, or that cannot be made or found here[[: {why}]][[ ({code})]].',
  remedies: [
    {
      what: 'Let the runtime make the network, and the engine leave it alone, at both ends',
      where: 'criu',
      command:
        "criu dump --external 'net[INODE]:name' …\ncriu restore --inherit-fd 'fd[N]:name' … N</run/netns/NAME",
    },
    {
      what: 'Or without any network',
      where: 'criu',
      command: 'criu dump --empty-ns net …\ncriu restore --empty-ns net …',
      cost: 'devices, addresses and routes must be made anew',
    },
    {
      what: 'Say what its other end or parent is',
      where: 'criu',
      command: "criu restore --external 'veth[eth0]:veth0@br0' --external 'macvlan[eth0]:eth0' …",
    },
    {
      what: 'Restore into the same network',
      where: 'container',
      command: 'docker run --network NET …\npodman container restore --import=app.tar.gz --publish 8080:8080',
    },
  ],
  tells: [{ what: 'Which devices the namespace has', command: 'sudo nsenter -t PID -n ip -d link' }],
  samples: [
    '(00.013102) Error (criu/net.c:900): net: Unsupported link 5 (type 65534 kind wireguard)',
    '(00.069003)      1: Error (criu/net.c:1700): net: a macvlan parent for eth0 is required',
  ],
});
