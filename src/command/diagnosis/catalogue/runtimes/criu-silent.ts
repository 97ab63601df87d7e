import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CRIU_SILENT',
  phase: 'start',
  title: 'CRIU ends before it answers the container runtime',
  signatures: [
    { text: /CRIU (?:version|feature) check failed(?:: (?!exec: )(?<why>.+))?$/i },
    { text: /failed to (?:check for|retrieve) criu version: (?!exec: )(?<why>.+)/, confidence: 'likely' },
    { text: /CRIU: failed checking version/ },
    { text: /CRIU init failed with (?<why>-?\d+)/ },
    { text: /Unable to parse the CRIU version: (?<why>.+)/i },
    { text: /unexpected CRIU RPC response/ },
    { text: /(?<why>read unixpacket \S*: EOF)/, confidence: 'likely' },
  ],
  cause:
    'The runtime found a `criu` and started it, and it ended without an answer[[ ({why})]]: a shared library is missing, it is for another architecture, it cannot examine this kernel, or what is called criu is something else.',
  remedies: [
    {
      what: 'Start it by hand as the runtime does, and mend what it says',
      where: 'container',
      command:
        'criu --version\nldd "$(command -v criu)" | grep "not found"\nsudo criu check -v4 2>&1 | crac explain',
    },
    {
      what: 'A criu too old for this kernel ends so as well: take version 4.2 or later',
      where: 'container',
      command: 'criu --version; uname -r',
    },
  ],
  samples: [
    'time="2026-11-28T18:52:04Z" level=error msg="CRIU version check failed: read criu-xprt-cln: connection reset by peer"',
    'CRIU version check failed: read unixpacket @->@: recvmsg: connection reset by peer',
    'CRIU feature check failed',
    'crun: CRIU init failed with -12',
    'crun: CRIU: failed checking version: Connection refused',
  ],
});
