import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_OPTION',
  phase: 'start',
  title: 'The engine direct does not have what this option asks for',
  signatures: [
    {
      text: /(?<option>--engine-option) \S+: .*(?:image of the engine direct|the engine direct has no options)/,
    },
    { text: /(?<option>--policies): the rules close more than (?<most>\d+)/ },
    { text: /(?<option>--listen): at most (?<most>\d+) ports can be moved at once/ },
    { text: /\bthe engine direct has no namespaces, which (?<option>--network and --publish) need/ },
  ],
  cause:
    'The engine direct makes a process into the program, without namespaces and with tables of a fixed size: {option} asks for more[[ (at most {most})]].',
  remedies: [
    { what: 'Leave it out, or ask for less', where: 'crac', command: 'crac restore --help' },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    'crac: --listen: at most 64 ports can be moved at once',
    'crac: the engine direct has no namespaces, which --network and --publish need; use --engine criu',
  ],
});
