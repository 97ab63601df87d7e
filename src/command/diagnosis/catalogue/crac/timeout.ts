import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_ENGINE_TIMEOUT',
  phase: 'both',
  title: 'The engine did not finish in time',
  rank: 'symptom',
  signatures: [{ text: /the engine did not finish within (?<seconds>\d+) s and was ended/ }],
  cause:
    'The engine was ended after {seconds} s; a restore that fails in its last step can hang for ever, and a large image on a slow disk takes long.',
  remedies: [
    { what: 'Give it longer', where: 'crac', command: 'crac restore IMAGE --timeout 300' },
    {
      what: 'Or see in its log where it stands',
      where: 'crac',
      command: 'crac restore IMAGE --engine-option=-v4',
    },
  ],
  samples: ['crac: the engine did not finish within 60 s and was ended; give it longer with --timeout'],
});
