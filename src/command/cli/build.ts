import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CheckpointError, serializeError } from '../../shared/errors/index.ts';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { chooseEngine, engineHelp } from '../engines/choice.ts';
import { ENGINES, imageMakers, listed } from '../engines/registry.ts';
import { cpuLevel } from '../machine/cpu-level.ts';
import { labelsOf, labelWords } from '../machine/labels.ts';
import type { BuildOptions } from '../pipeline/options.ts';
import { checkTarget, get, requestsOf } from '../pipeline/requests.ts';
import { programCommand } from '../start/program-command.ts';
import { allowed } from '../uniqueness/allow.ts';
import { failureOf, isTold } from './failure.ts';
import { imageForm } from './image-form.ts';
import { command, type Values } from './options.ts';
import run from './run.ts';
import { atLeastOne, wholeNumber } from './values.ts';

/** Options that are handed on to `crac run` as they are. */
const RUN_OPTIONS = [
  'image-form',
  'min-pid',
  'engine',
  'policies',
  'ignored-fds',
  'allowed-open-prefixes',
  'descriptor-stacks',
  'cpu',
  'node',
] as const;

const OPTIONS = {
  image: { value: 'DIR', help: 'the image; it appears when all has gone well' },
  'ready-url': { value: 'URL', help: 'ready when this address answers 2xx or 3xx' },
  'ready-line': { value: 'REGEX', help: 'ready when a line of its output matches' },
  'wait-ready': { help: 'ready when the program calls ready() of node-crac' },
  'ready-timeout': { value: 'SECONDS', help: 'longest time for that (default 60)' },
  warm: { value: 'URL', repeat: true, help: 'ask for this path or address to warm the program up' },
  'warm-file': { value: 'FILE', repeat: true, help: 'requests of a .http file (docs/build.md)' },
  count: { value: 'N', help: 'how often each of them (default 200)' },
  concurrency: { value: 'N', help: 'how many at a time (default 10)' },
  'warm-script': { value: 'FILE', help: 'script for node; has the address in CRAC_BASE_URL' },
  'warm-timeout': { value: 'SECONDS', help: 'longest time for the warm-up (default 300)' },
  'ignore-body': { help: 'compare the status of the answers only' },
  'no-compare': { help: 'restore it once, and compare no answers' },
  'allow-equal': {
    value: 'PATTERN',
    repeat: true,
    help: 'what two copies may have in common (docs/compare.md)',
  },
  'watch-outgoing': { help: 'compare what two copies send to others on this machine, too' },
  strict: {
    help: 'make no image of a program whose copies give out the same ids or tokens, or lose a connection',
  },
  keep: { help: 'keep an image that fails its trial, as DIR.failed' },
  output: { help: 'show what the program prints' },
  timeout: { value: 'SECONDS', help: 'longest time that the engine may take for the dump (default 120)' },
  'engine-option': {
    value: 'OPTION',
    repeat: true,
    help: 'further option for the engine at the dump',
  },
  'image-form': run.options['image-form'],
  'min-pid': run.options['min-pid'],
  engine: { value: 'NAME[,k=v…]', help: `${listed(imageMakers())} and its settings; \`help\` explains them` },
  label: run.options.label,
  cpu: run.options.cpu,
  policies: run.options.policies,
  'ignored-fds': run.options['ignored-fds'],
  'allowed-open-prefixes': run.options['allowed-open-prefixes'],
  'descriptor-stacks': run.options['descriptor-stacks'],
  node: run.options.node,
  json: { help: 'print the outcome as JSON' },
  dockerfile: {
    value: 'FILE',
    optional: true,
    help: 'build nothing: write a Dockerfile that does it (default: to standard output)',
  },
  for: {
    value: 'lambda',
    help: "with --dockerfile: for AWS Lambda's SnapStart, which makes the snapshot itself",
  },
  'warm-events': {
    value: 'FILE',
    help: 'with --for lambda: sample events for the handler before the snapshot',
  },
  kubernetes: { value: 'FILE', optional: true, help: 'the same, as objects for Kubernetes' },
  'image-volume': {
    value: 'NAME',
    help: 'with --kubernetes: the checkpoint is this OCI image, which pods mount (docs/build.md)',
  },
  force: { help: 'let those two overwrite a file' },
} as const;

/** Options of a call that builds nothing. */
const RECIPES = ['dockerfile', 'kubernetes', 'image-volume'] as const;

export default command({
  name: 'build',
  summary: 'start, warm up, check, checkpoint and try a program, in one command',
  usage:
    'crac build --image DIR [options] [--] [node options] app.js [arguments]\n       crac build --dockerfile[=FILE] | --kubernetes[=FILE] [options] [--] [node options] app.js [arguments]',
  description: [
    'From an application to an image that has been tried: starts the program, waits until it is ready (by default until',
    'a port of it answers), warms it up, checks whether it can be checkpointed, writes the image, restores it,',
    'compares its answers with those before, and restores a second copy that must make ids and tokens of its own. The image is there only when all of it went well; nothing is left running.',
  ].join('\n'),
  options: OPTIONS,
  examples: [
    'crac build --image ./image --warm / --warm /items server.js',
    'crac build --image ./image --ready-url http://localhost:3000/health --warm-file requests.http server.js',
    'crac build --dockerfile=Dockerfile --warm /items server.js',
    'crac build --image ./image --ready-line "listening on" --warm-script warm.mjs -- --import ./hooks.mjs server.mjs',
  ],
  passThrough: true,
  async run(values, words) {
    if (values.engine === 'help') {
      process.stdout.write(engineHelp());
      return EXIT.ok;
    }
    if (RECIPES.some((name) => values[name] !== undefined)) {
      (await import('./build-recipes.ts')).writeBuildRecipes(values, words);
      return EXIT.ok;
    }
    const [{ build }, { Progress }, { reportJson, reportText }] = await Promise.all([
      import('../pipeline/build.ts'),
      import('../pipeline/progress.ts'),
      import('../pipeline/report.ts'),
    ]);
    const progress = new Progress();
    const options = buildOptions(values, words);
    if (values.output)
      options.output = (line) => {
        progress.clear();
        process.stderr.write(`| ${line}\n`);
      };
    try {
      const result = await build(options, progress);
      process.stdout.write(values.json ? `${printableJson(reportJson(result))}\n` : reportText(result));
      return EXIT.ok;
    } catch (cause) {
      const error = failureOf(cause, 'build');
      if (values.json) {
        process.stdout.write(
          `${printableJson({ ok: false, step: progress.step, exitCode: error.exitCode, message: error.message, ...errorsIn(error) })}\n`,
        );
        isTold(error);
      }
      throw error;
    }
  },
});

/** Lists the errors of a checkpoint that failed, each by itself. */
function errorsIn(error: unknown): { errors?: unknown } {
  for (let one = error; one instanceof Error; one = one.cause)
    if (one instanceof CheckpointError) return { errors: serializeError(one).errors };
  return {};
}

function buildOptions(values: Values<typeof OPTIONS>, words: string[]): BuildOptions {
  programCommand(words, { command: 'build', node: values.node });
  const image = values.image ?? process.env.CRAC_IMAGE;
  if (!image) throw new CommandError('where shall the image go? crac build --image DIR app.js', EXIT.usage);
  // Each copy has a network of its own then.
  const needs = values['watch-outgoing'] ? ['--watch-outgoing'] : [];
  const engine = chooseEngine(values.engine, process.env, process.platform, needs);
  if (ENGINES[engine.name].about.makes !== 'image')
    throw new CommandError(
      `the engine ${engine.name} makes no images, and \`crac build\` is for them; leave --engine and CRAC_ENGINE out, or use ${listed(imageMakers())}`,
      EXIT.usage,
    );
  const cpu = cpuLevel(values.cpu);
  if (values['image-form']) imageForm(values['image-form']);
  allowed(values['allow-equal'] ?? []);
  // `crac run` knows nothing of these needs.
  const given = { ...values, ...(engine.byDefault && needs.length > 0 && { engine: engine.name }) };
  const passed = RUN_OPTIONS.flatMap((name) => (given[name] === undefined ? [] : [`--${name}`, given[name]]));
  const dashes = words[0] === '--' ? words : ['--', ...words];
  const line = values['ready-line'];
  const url = values['ready-url'];
  const script = values['warm-script'];
  if (script !== undefined && !existsSync(script))
    throw new CommandError(`--warm-script ${script}: there is no such file`, EXIT.usage);
  return {
    image: resolve(image),
    engine,
    cpu,
    runArguments: [...passed, ...labelWords(labelsOf(values.label ?? [])), ...dashes],
    node: values.node ? resolve(values.node) : process.execPath,
    ready: {
      ...(line !== undefined && { line: pattern(line) }),
      ...(url !== undefined && { url: address(url) }),
      api: values['wait-ready'] === true,
      timeout: atLeastOne('ready-timeout', values['ready-timeout'], 60),
    },
    warm: {
      requests: [
        ...(values.warm ?? []).map((target) => get(checkTarget(target, '--warm'))),
        ...(values['warm-file'] ?? []).flatMap((file) => requestsOf(file)),
      ],
      count: atLeastOne('count', values.count, 200),
      concurrency: atLeastOne('concurrency', values.concurrency, 10),
      ...(script !== undefined && { script: resolve(script) }),
      timeout: atLeastOne('warm-timeout', values['warm-timeout'], 300),
    },
    strict: values.strict === true,
    allowEqual: values['allow-equal'] ?? [],
    watchOutgoing: values['watch-outgoing'] === true,
    compare: values['no-compare'] ? 'nothing' : values['ignore-body'] ? 'status' : 'all',
    keep: values.keep === true,
    engineTimeout: wholeNumber('timeout', values.timeout, 120),
    engineOptions: values['engine-option'] ?? [],
  };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new CommandError(`--ready-line ${text}: ${(cause as Error).message}`, EXIT.usage, { cause });
  }
}

function address(text: string): URL {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text);
  throw new CommandError(
    `--ready-url ${text}: expected an address, as http://127.0.0.1:3000/health`,
    EXIT.usage,
  );
}
