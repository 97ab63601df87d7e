import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_OPTION',
  phase: 'start',
  title: 'The engine does not know an option',
  signatures: [
    { text: /criu: (?:unrecognized|unknown) option '(?<option>[^']+)'/ },
    { text: /criu: option '(?<option>[^']+)' (?:requires|doesn't allow) an argument/ },
    { file: ['config.c', 'crtools.c'], text: /invalid argument for (?<option>--?\S+): (?<value>.*)/ },
    {
      file: ['config.c', 'crtools.c'],
      text: /(?:Unknown|Invalid value for|Failed to (?:parse|add)|Failed while parsing|Unable to parse (?:a )?value of|Unsupported empty namespace:|Could not add) (?<option>-{0,2}[\w ,.-]+?)(?: [`'"](?<value>[^'"]*)['"] selected|: (?<value2>.*))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['config.c', 'crtools.c'],
      text: /^(?:Option )?(?<option>--[\w-]+)(?: and --[\w-]+)? (?:only makes sense|is only valid|is available|requires|cannot be used|is restore-only|option is restore-only|is deprecated).*/,
      levels: ['error'],
    },
    {
      text: /(?<option>DUMP|PRE_DUMP|RESTORE|PAGE_SERVER) failed: Error\(\d+\): Bad options/,
      confidence: 'likely',
    },
    { file: 'config.c', text: /Deprecated functionality \((?<option>.+)\) rejected/ },
    { file: 'config.c', text: /CRIU was built without (?<option>TLS|GnuTLS) support/ },
  ],
  cause:
    'The engine does not take the option {option} as it was given[[ ({value})]]: it is misspelt, or belongs to another version of CRIU.',
  remedies: [
    {
      what: 'See which options this version has, and which version it is',
      where: 'criu',
      command: 'criu --help\ncriu --version',
    },
    {
      what: 'An option with a value is given to crac in two parts',
      where: 'crac',
      command: 'crac checkpoint TARGET --engine-option=--ghost-limit --engine-option=1G',
      cost: 'the image becomes larger by the deleted files',
    },
  ],
  samples: [
    "criu: unrecognized option '--no-such-option'",
    'Error (criu/config.c:1072): invalid argument for --ghost-limit: lots',
  ],
});
