import type { SerializedRandomness } from '../../shared/protocol/messages.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatDuration } from '../base/format.ts';
import { checkpoint } from '../checkpoint/checkpoint.ts';
import { type Sample, sample } from './answers.ts';
import { Client, NoAnswerError } from './client.ts';
import type { BuildContext } from './context.ts';
import { checkpointProblems, dumpProblem, endedEarly } from './failures.ts';
import { OwnCheckpoint, unlessOwnCheckpoint } from './own-checkpoint.ts';
import { type Program, ProgramEnded } from './program.ts';
import { becomesReady } from './readiness.ts';
import { get, nameOf, type WarmRequest } from './requests.ts';
import { runScript } from './script.ts';
import { type WarmedUp, warmUp } from './warm-up.ts';

/** An image that has not been tried yet, and what is known of the program before the checkpoint. */
export interface Made {
  /** The asker of the checkpoint: this command, or the program by the API. */
  by: 'build' | 'program';
  /** True where the program printed the line of `--ready-line`, and will not do so again. */
  lineSeen: boolean;
  /** The address of its server. */
  base: URL | undefined;
  /** The request whose first answer is timed. */
  probe: WarmRequest | undefined;
  /** The time in milliseconds from the start of node to the first answer. */
  cold: number | undefined;
  warmed: WarmedUp | undefined;
  samples: Sample[];
  /** The output until then. */
  printed: string;
  /** Random bytes that all copies have in common, as far as the checkpoint knows. */
  stayed: SerializedRandomness[];
  /** The time in milliseconds that the program stood still; unknown where the program itself asked. */
  frozen: number | undefined;
}

const BY_PROGRAM: Omit<Made, 'lineSeen' | 'printed'> = {
  stayed: [],
  by: 'program',
  base: undefined,
  probe: undefined,
  cold: undefined,
  warmed: undefined,
  samples: [],
  frozen: undefined,
};

/** Takes a program that has just been started to an image. The program has ended then, or is of no more use. */
export async function makeImage(context: BuildContext, program: Program): Promise<Made> {
  const { place, progress, signal } = context;
  try {
    const prepared = await unlessOwnCheckpoint(program, place, signal, (given) =>
      prepare({ ...context, signal: given }, program),
    );
    await dryRun(context, program);
    const dumped = await dump(context, program);
    return { ...prepared, printed: program.output.text(), ...dumped };
  } catch (error) {
    if (error instanceof OwnCheckpoint) {
      progress.done('the program made a checkpoint of its own: it is taken as it is');
      const { line } = context.options.ready;
      return {
        ...BY_PROGRAM,
        lineSeen: line !== undefined && program.output.has(line),
        printed: program.output.text(),
      };
    }
    signal.throwIfAborted();
    if (error instanceof ProgramEnded) throw endedEarly(program, error.end, progress.step);
    if (error instanceof NoAnswerError)
      throw new CommandError(`${error.message}${otherProtocol(error)}${program.output.tail()}`, EXIT.failed, {
        cause: error,
      });
    throw error;
  }
}

/** Suggests HTTPS for an address that answers in another protocol, or hangs up. */
function otherProtocol({ code, url }: NoAnswerError): string {
  if (url.protocol !== 'http:' || !(code === 'ECONNRESET' || code.startsWith('HPE_'))) return '';
  return `; if it speaks HTTPS, name its address: --ready-url ${url.origin.replace('http:', 'https:')}/`;
}

async function prepare(
  context: BuildContext,
  program: Program,
): Promise<Omit<Made, 'frozen' | 'printed' | 'stayed'>> {
  const { options, progress, signal } = context;
  progress.begin('ready', `waiting until the program is ready`);
  const { base, by } = await becomesReady(program, options.ready, signal);
  const client = new Client(base, signal);
  try {
    checkAddresses(context, base);
    const { probe, cold } = await firstAnswer(context, client, program);
    progress.done(`ready: ${by}${cold === undefined ? '' : `; first answer after ${formatDuration(cold)}`}`);
    const warmed = await warm(context, client);
    const asked = options.warm.requests.length > 0 ? options.warm.requests : probe ? [probe] : [];
    progress.begin('answers', 'noting the answers before the checkpoint');
    const samples = options.compare === 'nothing' ? [] : await sample(client, asked);
    return { by: 'build', lineSeen: true, base, probe, cold, warmed, samples };
  } finally {
    client.close();
  }
}

/** @throws CommandError when a path is given and the program serves no port */
function checkAddresses({ options }: BuildContext, base: URL | undefined): void {
  const path = options.warm.requests.find(({ target }) => target.startsWith('/'));
  if (base || !path) return;
  throw new CommandError(
    `${nameOf(path)}: the program listens on no TCP port, so there is no address for this path; give the whole address, as http://127.0.0.1:3000${path.target}`,
    EXIT.failed,
  );
}

/** Times the answer to a request that the user named, if there is one. */
async function firstAnswer(
  { options, progress }: BuildContext,
  client: Client,
  program: Program,
): Promise<Pick<Made, 'probe' | 'cold'>> {
  const { url } = options.ready;
  const named = url ? get(url.href) : options.warm.requests.find(({ method }) => method === 'GET');
  const probe = named ?? (client.base && get('/'));
  if (!probe) return { probe, cold: undefined };
  progress.now(`asking ${nameOf(probe)} for the first time`);
  try {
    await client.ask(probe);
  } catch (error) {
    if (named || !(error instanceof NoAnswerError)) throw error;
    progress.done(
      `${client.base?.origin} does not speak HTTP: no answers are compared (for HTTPS: --ready-url ${client.base?.origin.replace('http:', 'https:')}/)`,
    );
    return { probe: undefined, cold: undefined };
  }
  const since = program.record?.since ?? Number.NaN; // when node was started
  return { probe, cold: performance.timeOrigin + performance.now() - since };
}

async function warm(
  { options, progress, signal }: BuildContext,
  client: Client,
): Promise<WarmedUp | undefined> {
  const plan = options.warm;
  const limit = AbortSignal.timeout(plan.timeout * 1000);
  const limited = AbortSignal.any([signal, limit]);
  const within = new Client(client.base, limited);
  let warmed: WarmedUp | undefined;
  progress.begin('warm-up', 'warming up');
  try {
    if (plan.requests.length > 0) {
      warmed = await warmUp(within, plan, (done, all) =>
        progress.often(`warming up: ${done} of ${all} requests`),
      );
      progress.done(
        `warmed up: ${warmed.requests} requests in ${formatDuration(warmed.took)}, an answer took ${formatDuration(warmed.first)} at first and ${formatDuration(warmed.last)} at last`,
      );
    }
    if (plan.script) {
      progress.now(`warming up: ${plan.script}`);
      const began = performance.now();
      await runScript({ node: options.node, script: plan.script, base: client.base }, limited);
      progress.done(`warmed up by ${plan.script} in ${formatDuration(performance.now() - began)}`);
    }
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw new CommandError(
      `the warm-up was not done after ${plan.timeout} s; fewer requests: --count, or longer: --warm-timeout ${plan.timeout * 2}`,
      EXIT.timeout,
      { cause: error },
    );
  } finally {
    within.close();
  }
  if (plan.requests.length === 0 && !plan.script)
    progress.done('not warmed up: name what users will ask for, as --warm /items');
  return warmed;
}

async function dryRun({ options, progress, signal }: BuildContext, program: Program): Promise<void> {
  progress.begin('check', 'checking whether it can be checkpointed');
  const check = checkpoint({
    ...request(options, program),
    dryRun: true,
    note: (text) => progress.done(`note: ${text}`),
  });
  try {
    await program.whileRunning(Promise.race([check, aborted(signal)]));
  } catch (error) {
    throw error instanceof CommandError ? checkpointProblems(error) : error;
  }
  progress.done('checked: the program can be checkpointed');
}

async function dump(
  { options, place, progress, signal }: BuildContext,
  program: Program,
): Promise<Pick<Made, 'frozen' | 'stayed'>> {
  const stayed: SerializedRandomness[] = [];
  progress.begin('checkpoint', 'writing the image');
  signal.throwIfAborted();
  try {
    // The checkpoint is not given up half-way: it minds Ctrl-C itself, once the engine has let go of the program.
    const { frozen } = await checkpoint({
      ...request(options, program),
      dryRun: false,
      randomness: (rows) => stayed.push(...rows.filter(({ action }) => action !== 'renewed')),
    });
    signal.throwIfAborted();
    progress.done(`checkpoint: the program stood still for ${formatDuration(frozen)}`);
    return { frozen, stayed };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof CommandError ? await dumpProblem(error, place) : error;
  }
}

function request(options: BuildContext['options'], program: Program) {
  const { record } = program;
  if (!record) throw new ProgramEnded({ code: null, signal: 'SIGKILL' });
  return {
    record,
    by: 'command' as const,
    leaveRunning: false,
    timeout: options.engineTimeout,
    engineOptions: options.engineOptions,
    ...(options.strict && { strict: true }),
    progress: () => {},
    // What the dry run has said is not said again.
    note: () => {},
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
