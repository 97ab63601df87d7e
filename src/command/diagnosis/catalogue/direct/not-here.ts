import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NOT_HERE',
  phase: 'start',
  title: 'The engine direct does not work here',
  signatures: [
    { text: /\bthe engine direct (?<why>(?:works on|needs|is not)\b[^;]*); use --engine criu/ },
    { text: /\bno engine can write this program here: .*criu.*cannot be used: (?<why>.+)/ },
  ],
  cause:
    'The engine direct knows how glibc on x64 keeps threads, and the engine criu needs root or user namespaces; here what is needed is missing: {why}.',
  remedies: [
    { what: 'See which engines work here, and what each one lacks', where: 'crac', command: 'crac doctor' },
    {
      what: 'Install CRIU',
      where: 'crac',
      command: 'crac engine install\ncrac run --engine criu --image DIR app.js',
    },
  ],
  samples: ['crac: the engine direct works on x64 only, and this is arm64; use --engine criu'],
});
