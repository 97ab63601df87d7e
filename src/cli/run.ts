import { constants } from 'node:os';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { checkDestination } from '../image/directory.ts';
import { launch } from '../supervisor/launch.ts';
import { programCommand } from '../supervisor/program-command.ts';
import { command } from './options.ts';

const DEFAULT_MIN_PID = 128;

function signalNumber(name: string | undefined): number {
  if (name === undefined) return 0;
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  const number = (constants.signals as Record<string, number>)[full];
  if (number === undefined)
    throw new CommandError(`--checkpoint-signal ${name}: no such signal; for example SIGUSR2`, EXIT.usage);
  return number;
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text)) throw new CommandError(`--${name} ${text}: expected a whole number`, EXIT.usage);
  return Number(text);
}

export default command({
  name: 'run',
  summary: 'start a program so that it can be checkpointed',
  usage: 'crac run --image DIR [options] [--] [node options] app.js [arguments]',
  description:
    "Starts a program so that it can be checkpointed into DIR. Ends with the program's own exit code, or with 0 after a\ncheckpoint that ended the program.",
  options: {
    image: { value: 'DIR', help: 'where checkpoints of this program go' },
    'min-pid': {
      value: 'N',
      help: `smallest PID of the program in its namespace (default ${DEFAULT_MIN_PID})`,
    },
    'checkpoint-signal': { value: 'SIGNAL', help: 'signal to this command that asks for a checkpoint' },
    node: { value: 'PATH', help: 'node binary that runs the program (default: the one that runs crac)' },
  },
  examples: [
    'crac run --image ./image server.js --port 3000',
    'crac run --image ./image -- --import ./hooks.mjs server.mjs',
    'crac run --image ./image --checkpoint-signal SIGUSR2 server.js',
  ],
  passThrough: true,
  async run(values, words) {
    const program = programCommand(words);
    const image = values.image ?? process.env.CRAC_IMAGE;
    if (!image) throw new CommandError('where shall checkpoints go? crac run --image DIR app.js', EXIT.usage);
    await checkDestination(resolve(image));
    return launch({
      image: resolve(image),
      program,
      node: values.node ? resolve(values.node) : process.execPath,
      minPid: wholeNumber('min-pid', values['min-pid'], DEFAULT_MIN_PID),
      checkpointSignal: signalNumber(values['checkpoint-signal']),
      environment: process.env,
    });
  },
});
