import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { ENGINE_NAMES } from '../../shared/protocol/engines.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { chooseEngine, type EngineChoice, engineHelp, takenByItself } from '../engines/choice.ts';
import { ENGINES, listed } from '../engines/registry.ts';
import { checkDestination } from '../image/directory.ts';
import { CPU_OPTION, cpuLevel, cpuSettings } from '../machine/cpu-level.ts';
import { LABEL_OPTION, labelsOf } from '../machine/labels.ts';
import type { Launch } from '../start/launch.ts';
import { programCommand } from '../start/program-command.ts';
import { IMAGE_FORM, imageForm } from './image-form.ts';
import { command } from './options.ts';
import { policiesFrom } from './policies-file.ts';
import { wholeNumber } from './values.ts';

/** The value for a PID that is drawn, as in native/supervisor/first-pid.h. */
const DRAWN = -1;

function signalNumber(name: string | undefined): number {
  if (name === undefined) return 0;
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  const number = (constants.signals as Record<string, number>)[full];
  if (number === undefined)
    throw new CommandError(`--checkpoint-signal ${name}: no such signal; for example SIGUSR2`, EXIT.usage);
  return number;
}

/** Options that only an engine with namespaces can carry out. */
const OF_NAMESPACES = ['network', 'publish', 'min-pid'] as const;

const needsNamespaces = (values: { [name in (typeof OF_NAMESPACES)[number]]?: unknown }): string[] =>
  OF_NAMESPACES.filter((name) => values[name] !== undefined).map((name) => `--${name}`);

interface DescriptorOptions {
  'ignored-fds'?: string;
  'allowed-open-prefixes'?: string;
  'descriptor-stacks'?: string;
}

/** Returns the variables that the preload reads; children of the program inherit them. */
function descriptorSettings(values: DescriptorOptions): NodeJS.ProcessEnv {
  const ignored = values['ignored-fds'];
  const stacks = values['descriptor-stacks'];
  const prefixes = values['allowed-open-prefixes'];
  if (ignored !== undefined && !/^\d+(,\d+)*$/.test(ignored))
    throw new CommandError(
      `--ignored-fds ${ignored}: expected numbers with commas between, as 17,23`,
      EXIT.usage,
    );
  if (stacks !== undefined && !['off', 'on', 'deep'].includes(stacks))
    throw new CommandError(`--descriptor-stacks ${stacks}: expected off, on or deep`, EXIT.usage);
  return {
    ...(ignored !== undefined && { CRAC_IGNORED_FDS: ignored }),
    ...(stacks !== undefined && { CRAC_DESCRIPTOR_STACKS: stacks }),
    ...(prefixes !== undefined && {
      CRAC_ALLOWED_OPEN_PREFIXES: prefixes
        .split(',')
        .map((prefix) => resolve(prefix))
        .join(','),
    }),
  };
}

function nodeBinary(path: string): string {
  if (!existsSync(path))
    throw new CommandError(
      `--node ${path}: there is no such file; give the path of a node binary (\`command -v node\` prints one)`,
      EXIT.usage,
    );
  return resolve(path);
}

export default command({
  name: 'run',
  summary: 'start a program so that it can be checkpointed',
  usage: 'crac run --image DIR [options] [--] [node options] app.js [arguments]',
  description:
    "Starts a program so that it can be checkpointed into DIR. Ends with the program's own exit code, or with 0 after a\ncheckpoint that ended the program.",
  options: {
    image: { value: 'DIR', help: 'where checkpoints of this program go' },
    label: LABEL_OPTION,
    cpu: CPU_OPTION,
    'image-form': IMAGE_FORM,
    'min-pid': {
      value: 'N',
      help: 'smallest PID of the program in its namespace (default: drawn anew for each run, 1000 to 30000)',
    },
    'checkpoint-signal': { value: 'SIGNAL', help: 'signal to this command that asks for a checkpoint' },
    engine: {
      value: 'NAME[,k=v…]',
      help: `${listed(ENGINE_NAMES)}, and its settings (default: CRAC_ENGINE, or ${takenByItself()}); \`help\` explains them`,
    },
    policies: { value: 'FILE', help: "rules for what may stay open, in the format of CRaC's fd-policies" },
    'ignored-fds': { value: 'N,…', help: 'descriptors that the check at a checkpoint leaves to the engine' },
    'allowed-open-prefixes': {
      value: 'PATH,…',
      help: 'files below these paths may stay open at a checkpoint',
    },
    'descriptor-stacks': {
      value: 'off|on|deep',
      help: 'record where each file is opened, for the errors of a checkpoint (default on)',
    },
    strict: { help: 'fail a checkpoint that would cut a connection which no adapter makes again' },
    network: {
      value: 'private|PATH',
      help: 'a network of its own with only a loopback interface, or a network namespace, as /run/netns/NAME',
    },
    publish: {
      value: '[ADDRESS:]OUTSIDE:INSIDE',
      repeat: true,
      help: "with --network: this machine's port OUTSIDE leads to the program's port INSIDE; may be repeated",
    },
    node: { value: 'PATH', help: 'node binary that runs the program (default: the one that runs crac)' },
  },
  examples: [
    'crac run --image ./image server.js --port 3000',
    'crac run --image ./image -- --import ./hooks.mjs server.mjs',
    'crac run --image ./image --checkpoint-signal SIGUSR2 server.js',
    'crac run --engine simulate server.js',
  ],
  passThrough: true,
  async run(values, words) {
    if (values.engine === 'help') {
      process.stdout.write(engineHelp());
      return EXIT.ok;
    }
    const engine = chooseEngine(values.engine, process.env, process.platform, needsNamespaces(values));
    const program = programCommand(words, { node: values.node });
    const image = values.image ?? process.env.CRAC_IMAGE;
    if (!image && ENGINES[engine.name].about.makes !== 'nothing')
      throw new CommandError('missing --image: crac run --image DIR app.js', EXIT.usage);
    if (image) await checkDestination(resolve(image));
    const node = values.node ? nodeBinary(values.node) : process.execPath;
    const cpu = cpuSettings(cpuLevel(values.cpu), node);
    const options: Launch = {
      engine,
      image: image ? resolve(image) : '',
      program: { ...program, nodeOptions: [...cpu.nodeOptions, ...program.nodeOptions] },
      labels: labelsOf(values.label ?? []),
      policies: await policiesFrom(values.policies ?? process.env.CRAC_POLICIES),
      node,
      imageForm: imageForm(values['image-form'] ?? 'cow'),
      strict: values.strict === true,
      minPid: wholeNumber('min-pid', values['min-pid'], DRAWN),
      checkpointSignal: signalNumber(values['checkpoint-signal']),
      network: [
        ...(values.network === undefined ? [] : ['--network', values.network]),
        ...(values.publish ?? []).flatMap((ports) => ['--publish', ports]),
      ],
      environment: { ...process.env, ...cpu.environment, ...descriptorSettings(values) },
      mayBeAlone:
        (engine.byDefault === true || ENGINES[engine.name].about.decidesLater === true) &&
        needsNamespaces(values).length === 0,
    };
    sayWhatIsDifferent(engine, values);
    return ENGINES[engine.name].start(options);
  },
});

/**
 * Says what is different with this engine: nobody shall believe that there will be an image when there will be none.
 */
function sayWhatIsDifferent(
  engine: EngineChoice,
  values: { engine?: string; 'min-pid'?: string; network?: string },
): void {
  const say = (text: string) => process.stderr.write(`crac: ${text}\n`);
  const { makes, hasNamespaces } = ENGINES[engine.name].about;
  if (values.engine === undefined && !process.env.CRAC_ENGINE && makes === 'nothing')
    say(
      `images need Linux: this is the engine ${engine.name}, which runs hooks and checks and writes nothing`,
    );
  if (hasNamespaces) return;
  if (values['min-pid'] !== undefined) say(`--min-pid has no effect with the engine ${engine.name}`);
  if (values.network !== undefined)
    say(`--network has no effect with the engine ${engine.name}: the program is on the machine's network`);
}
