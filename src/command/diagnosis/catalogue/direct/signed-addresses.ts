import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_SIGNED_ADDRESSES',
  phase: 'both',
  title: 'The CPU signs the return addresses of this program',
  signatures: [
    { text: /\bthis CPU signs the addresses that functions return to/ },
    {
      text: /\ba thread was there before crac's library, and signs the addresses that functions return to: (?<thread>\S.*)$/,
    },
  ],
  cause:
    'CPUs with pointer authentication (arm64) sign the addresses that functions return to with keys that each process is given anew, so a copy would not believe what the program has signed. crac switches that off before the program begins[[; the thread {thread} was begun earlier, by a preloaded library]]. Kernels before Linux 5.13 cannot switch it off for one program.',
  remedies: [
    { what: 'Take a kernel of 5.13 or later', where: 'machine' },
    {
      what: 'Or switch it off for the whole machine',
      where: 'machine',
      command: 'arm64.nopauth # for the kernel, at its start',
    },
    {
      what: 'Or take CRIU, which takes the keys along',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
    },
  ],
  samples: [
    'crac: this CPU signs the addresses that functions return to (pointer authentication), and this kernel cannot keep it from that',
    "crac: a thread was there before crac's library, and signs the addresses that functions return to: jemalloc_bg_thd",
  ],
});
