import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_LIMIT',
  phase: 'checkpoint',
  title: 'The program has more of something than the engine direct notes',
  signatures: [
    {
      text: /(?<what>(?:\bthe program (?:has|watches) more|\bmore|\bmemory is written in more|\bpipes, sockets and files without a name hold more) [\w ()]{1,60}) than this engine (?:notes|dumps|takes along|writes down)(?: \((?<most>[^)]{1,20})\))?$/,
    },
    { text: /(?<what>the names of open files are too long together)/ },
    { text: /(?<what>a deleted file that is open has more than (?<most>100 MiB)): \S/ },
  ],
  cause:
    'The engine direct writes an image without asking for memory, in tables of a fixed size, and this program does not fit[[ ({most})]]: {what}. The program goes on.',
  remedies: [
    { what: 'Close or end what need not be in an image, in beforeCheckpoint', where: 'program' },
    {
      what: 'Or take CRIU, which has no such limits',
      where: 'crac',
      command: 'crac engine install\ncrac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    'crac: the program has more descriptors than this engine dumps (65536)',
    'crac: pipes, sockets and files without a name hold more bytes than this engine takes along (1 GiB)',
    'crac: more memory mappings than this engine writes down',
    'crac: a deleted file that is open has more than 100 MiB: /tmp/spool (deleted)',
  ],
});
