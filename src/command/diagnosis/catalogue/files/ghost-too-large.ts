import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_GHOST_SIZE',
  phase: 'checkpoint',
  title: 'A deleted file that is still open is too large',
  signatures: [
    { file: 'files-reg.c', text: /Can't dump ghost file (?<path>.+) of (?<size>\d+) size, increase limit/ },
  ],
  explains: [/Dump files/],
  cause:
    '{path} was deleted while the program has it open; its {size} bytes would have to go into the image, and that is more than the limit (--ghost-limit, 1 MiB unless set; crac sets 100 MiB).',
  remedies: [
    { what: 'Close the file before the checkpoint, or do not delete it while it is open', where: 'program' },
    {
      what: 'Or raise the limit',
      where: 'crac',
      command: 'crac checkpoint TARGET --engine-option=--ghost-limit --engine-option=1G',
      cost: 'the image grows by the file',
    },
    {
      what: 'Or raise the limit',
      where: 'criu',
      command: 'criu dump --ghost-limit 1G …',
      cost: 'the image grows by the file',
    },
    byConf('Or raise the limit', 'ghost-limit 1G', 'images grow by such files'),
    {
      what: 'Pass it through',
      where: 'java',
      command: "java -XX:CRaCEngineOptions=args='--ghost-limit 1G' …",
      cost: 'the image grows by the file',
    },
  ],
  samples: [
    "(00.013102) Error (criu/files-reg.c:1031): Can't dump ghost file /tmp/app/g of 2097152 size, increase limit\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1",
  ],
});
