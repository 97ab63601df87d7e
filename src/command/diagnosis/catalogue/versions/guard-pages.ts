import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_GUARD_PAGES',
  phase: 'checkpoint',
  title: 'Guard pages of threads cannot be told from memory',
  rank: 'hint',
  signatures: [
    {
      file: 'kerndat.c',
      text: /PAGEMAP_SCAN\) doesn't support PAGE_IS_GUARD flag/,
      levels: ['warn'],
      confidence: 'possible',
    },
  ],
  cause:
    'This kernel has guard pages (MADV_GUARD_INSTALL, used by new glibc for the stacks of threads) and cannot tell the engine where they are: a dump of such a program fails.',
  remedies: [
    {
      what: 'Update the kernel; this tells whether it is good',
      where: 'machine',
      command: 'criu check --feature pagemap_scan_guard_pages',
    },
    { what: 'And CRIU to 4.2 or later', where: 'crac', command: 'crac engine install' },
  ],
  samples: [
    "(00.000511) Warn  (criu/kerndat.c:1851): ioctl(PAGEMAP_SCAN) doesn't support PAGE_IS_GUARD flag. CRIU dump will fail if dumped processes use madvise(MADV_GUARD_INSTALL). Please, consider updating your kernel.\n(00.052000) Error (criu/cr-dump.c:2111): Dumping FAILED.",
  ],
});
