import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import type { CompareOptions } from '../pipeline/compare.ts';
import { checkTarget, get, requestsOf } from '../pipeline/requests.ts';
import { allowed } from '../uniqueness/allow.ts';
import { isLoud } from '../uniqueness/finding.ts';
import { command, type Values } from './options.ts';
import { atLeastOne } from './values.ts';

const OPTIONS = {
  request: { value: 'URL', repeat: true, help: 'ask for this path or address (default: /)' },
  'request-file': { value: 'FILE', repeat: true, help: 'requests of a .http file (docs/build.md)' },
  'allow-equal': { value: 'PATTERN', repeat: true, help: 'what may be equal (docs/compare.md)' },
  'watch-outgoing': { help: 'compare what they send to others on this machine, too' },
  listen: {
    value: 'OLD=NEW',
    repeat: true,
    help: 'listen on port NEW where the image listens on port OLD',
  },
  timeout: { value: 'SECONDS', help: 'longest time until a copy answers (default 60)' },
  output: { help: 'show what the copies print' },
  ...TRUST_OPTION,
  json: { help: 'print the outcome as JSON' },
} as const;

export default command({
  name: 'compare',
  summary: 'do two copies of an image make ids and tokens of their own?',
  usage: 'crac compare IMAGE [options]',
  description: [
    'Restores two copies, one after the other, asks both the same, each request twice, and reports every value that is',
    'equal in both though it varies: in bodies, headers and cookies. Those are ids, tokens and nonces that were drawn',
    'from memory of before the checkpoint. The requests have effects as any others have.',
    '',
    'Ends with 0 when there is none, with 5 when there is one.',
  ].join('\n'),
  options: OPTIONS,
  examples: [
    'crac compare ./image --request / --request /login',
    'crac compare ./image --request-file requests.http --json',
    "crac compare ./image --request /orders --allow-equal 'JSON $.orders[*].id'",
  ],
  async run(values, words) {
    const options = compareOptions(values, words);
    const [{ compareImage }, { Progress }, { formatFindings, findingJson }] = await Promise.all([
      import('../pipeline/compare.ts'),
      import('../pipeline/progress.ts'),
      import('../uniqueness/format.ts'),
    ]);
    const progress = new Progress();
    if (values.output)
      options.output = (line) => {
        progress.clear();
        process.stderr.write(`| ${line}\n`);
      };
    try {
      const { image, asked, equal } = await compareImage(options, progress);
      const fault = equal.some(isLoud);
      const said = formatFindings(equal);
      const same = fault
        ? ''
        : `two copies of ${image} answered ${asked.join(', ')}: ids and tokens are their own\n`;
      process.stdout.write(
        values.json
          ? `${printableJson({ ok: !fault, image, asked, equal: equal.map(findingJson) })}\n`
          : `${same}${said === '' ? '' : `${said}\n`}`,
      );
      return fault ? EXIT.equal : EXIT.ok;
    } catch (error) {
      if (values.json && error instanceof CommandError)
        process.stdout.write(
          `${printableJson({ ok: false, step: progress.step, exitCode: error.exitCode, message: error.message })}\n`,
        );
      throw error;
    }
  },
});

function compareOptions(values: Values<typeof OPTIONS>, [image, ...more]: string[]): CompareOptions {
  if (image === undefined || more.length > 0)
    throw new CommandError('name one image: crac compare IMAGE --request /items', EXIT.usage);
  allowed(values['allow-equal'] ?? []);
  if (values['watch-outgoing'] && values.listen)
    throw new CommandError(
      '--listen does not go with --watch-outgoing: each copy has a network of its own then, and no port is taken',
      EXIT.usage,
    );
  const believe = values['trust-image-of'];
  checkTrust(resolve(image), believe, 'crac compare');
  return {
    image: resolve(image),
    requests: [
      ...(values.request ?? []).map((target) => get(checkTarget(target, '--request'))),
      ...(values['request-file'] ?? []).flatMap((file) => requestsOf(file, '--request-file')),
    ],
    allowEqual: values['allow-equal'] ?? [],
    watchOutgoing: values['watch-outgoing'] === true,
    restore: [
      ...(values.listen ?? []).flatMap((move) => ['--listen', move]),
      ...(believe === undefined ? [] : ['--trust-image-of', believe]),
    ],
    timeout: atLeastOne('timeout', values.timeout, 60),
  };
}
