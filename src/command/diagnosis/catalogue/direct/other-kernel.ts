import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_OTHER_KERNEL',
  phase: 'restore',
  title: 'The kernel here cannot stand in for the one of the image',
  signatures: [
    { text: /(?<!\S)(?<image>\S+) was made under another kernel or another kind of CPU, and (?<what>[^.]+)/ },
    {
      text: /(?<what>\bthis kernel has its own pages \[vdso\] and \[vvar\] in more or larger pieces than the engine direct knows)/,
    },
    { text: /(?<what>\bthis kernel gives its processes no vDSO)/ },
    {
      text: /(?<what>\bthis kernel does not let its own pages be moved)(?: \(CONFIG_MSEAL_SYSTEM_MAPPINGS\))?/,
    },
    { text: /(?<what>\bcannot make the way to this kernel's vDSO)(?:: (?<error>[\w ()]+))?/ },
  ],
  cause:
    'The program has the kernel’s own code (vDSO) in its memory, and here it cannot be put in its place: {what}[[: {error}]].',
  remedies: [
    {
      what: 'Restore under the kernel and CPU of the checkpoint, or make the image on this machine',
      where: 'crac',
      command: 'crac inspect IMAGE\ncrac checkpoint TARGET',
    },
    {
      what: 'Let addresses be drawn at random, where that is off',
      where: 'machine',
      command: 'sysctl kernel.randomize_va_space   # 2 is usual',
    },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    "crac: /srv/image was made under another kernel or another kind of CPU, and a function of the program's vDSO is too short to lead elsewhere.",
    'crac: this kernel does not let its own pages be moved: EPERM (operation not permitted).',
  ],
});
