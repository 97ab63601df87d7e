import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TOO_OLD_VDSO',
  phase: 'start',
  title: 'The engine is too old for this kernel',
  signatures: [{ file: 'vdso.c', text: /Unexpected rt vDSO area bounds/ }],
  explains: [/vdso: Failed to fill/, /kerndat_vdso_fill_symtable/],
  cause:
    "This kernel (6.13 or later) lays out its shared code page (vDSO) in a way that CRIU up to 4.0 does not know; Debian 12's CRIU 3.17 and Ubuntu's 3.16 are such.",
  remedies: [
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
    {
      what: 'Or take it from a newer release of the distribution; the least is 4.2 (kernel 6.11 and later)',
      where: 'criu',
      command: 'criu --version; uname -r',
    },
    {
      what: 'Replace the criu beside java by one of the same kind, or point to another',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=criu_location=/path/to/criu …',
    },
  ],
  samples: [
    '(00.000410) Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds\n(00.000412) Error (criu/vdso.c:600): vdso: Failed to fill self vdso symtable\n(00.000414) Error (criu/kerndat.c:1521): kerndat_vdso_fill_symtable failed when initializing kerndat.\n(00.000416) Error (criu/crtools.c:262): Could not initialize kernel features detection.',
  ],
});
