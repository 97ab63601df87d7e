import { CommandError, EXIT } from '../base/command-error.ts';
import { report } from './failure.ts';
import { type Command, helpText, parse } from './options.ts';

const load = <T>(module: Promise<{ default: T }>) =>
  module.then(({ default: definition }) => definition as unknown as Command);

/** The commands, each loaded when used: one command does not pay for the others. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  run: { summary: 'start a program so that it can be checkpointed', load: () => load(import('./run.ts')) },
  build: {
    summary: 'start, warm up, check, checkpoint and try a program, in one command',
    load: () => load(import('./build.ts')),
  },
  checkpoint: {
    summary: 'write a running program into an image',
    load: () => load(import('./checkpoint.ts')),
  },
  compare: {
    summary: 'do two copies of an image make ids and tokens of their own?',
    load: () => load(import('./compare.ts')),
  },
  restore: {
    summary: 'start a program from its image (see `crac restore --help`)',
    load: () => load(import('./restore.ts')),
  },
  notify: {
    summary: 'tell a program that its machine is about to be frozen, or goes on',
    load: () => load(import('./notify.ts')),
  },
  ps: { summary: 'list programs that can be checkpointed', load: () => load(import('./ps.ts')) },
  inspect: { summary: 'show what is in an image', load: () => load(import('./inspect.ts')) },
  image: {
    summary: 'compress, sign or encrypt an image, compare two, remove old ones',
    load: () => load(import('./image.ts')),
  },
  push: { summary: 'put an image into a registry', load: () => load(import('./push.ts')) },
  pull: { summary: 'bring an image from a registry', load: () => load(import('./pull.ts')) },
  engine: { summary: 'show or install the engine', load: () => load(import('./engine.ts')) },
  explain: {
    summary: 'say why a checkpoint or a restore failed, and what to do',
    load: () => load(import('./explain.ts')),
  },
  __verify: { summary: '', load: () => load(import('./verify.ts')) },
  '__restore-policies': { summary: '', load: () => load(import('./restore-policies.ts')) },
  doctor: {
    summary: 'can this machine checkpoint and restore, and what mends it if not?',
    load: () => load(import('./doctor.ts')),
  },
  trace: {
    summary: 'say who opened each descriptor: native stack and JavaScript frames',
    load: () => load(import('./trace.ts')),
  },
  __agent: { summary: '', load: () => load(import('./agent.ts')) },
};

function overview(): string {
  const shown = Object.entries(COMMANDS).filter(([name]) => !name.startsWith('__'));
  return [
    'usage: crac COMMAND …',
    '',
    'Coordinated Restore at Checkpoint for Node.js: warm a program up once, start every later instance from its image.',
    '',
    ...shown.map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`),
    '',
    'Each command has --help with examples.',
    '',
  ].join('\n');
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { PACKAGE_ROOT } = await import('../base/paths.ts');
  return JSON.parse(await readFile(`${PACKAGE_ROOT}/package.json`, 'utf8')).version as string;
}

/** Whether failures are printed as JSON: whoever reads JSON reads failures as JSON, too. */
let wantsJson = false;

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? process.stderr : process.stdout).write(overview());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${await version()}\n`);
    return EXIT.ok;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) throw new CommandError(`there is no command ${name}; \`crac --help\` lists them`, EXIT.usage);
  const definition = await entry.load();
  wantsJson = definition.options.json !== undefined && !definition.passThrough && rest.includes('--json');
  const { values, words } = parse(definition, rest);
  if (values.help) {
    process.stdout.write(helpText(definition));
    return EXIT.ok;
  }
  return definition.run(values as never, words);
}

const args = process.argv.slice(2);

function failed(error: unknown): void {
  process.exitCode = report(error, args[0] ?? '', wantsJson);
}

// An error beside the command's own promise, as on a connection, ends the command as well.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  // EPIPE: the reader of our output has seen enough, as `head` has.
  if (error.code !== 'EPIPE' || error.syscall !== 'write') failed(error);
  process.exit();
});

main(args).then((code) => {
  process.exitCode = code;
}, failed);
