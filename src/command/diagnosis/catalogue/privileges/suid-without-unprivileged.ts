import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SUID_UNPRIVILEGED',
  phase: 'start',
  title: 'A SUID engine needs --unprivileged',
  signatures: [
    {
      file: 'util.c',
      text: /Can't wait or bad status: errno=0, status=(?<status>28416)/,
      confidence: 'likely',
    },
  ],
  explains: [/kerndat_has_nftables_concat failed/],
  cause:
    'A helper that the engine started to probe the kernel ended at once; so it does with a SUID binary that an ordinary user runs without --unprivileged.',
  remedies: [
    {
      what: 'Add the option',
      where: 'criu',
      command: 'criu dump --unprivileged …\ncriu restore --unprivileged …',
    },
    { what: 'Pass it through', where: 'java', command: 'java -XX:CRaCEngineOptions=args=--unprivileged …' },
  ],
  samples: [
    "(00.001510) Error (criu/util.c:1510): Can't wait or bad status: errno=0, status=28416\n(00.001533) Error (criu/kerndat.c:2155): kerndat_has_nftables_concat failed when initializing kerndat.",
  ],
});
