import { CheckpointError, serializeError } from '../../shared/errors/index.ts';
import { type ProgramRecord, readRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { checkpoint } from '../checkpoint/checkpoint.ts';
import { Connection } from '../checkpoint/connection.ts';
import { knownToPrograms } from '../checkpoint/known-to-programs.ts';
import { command } from './options.ts';
import { describeOutcome } from './outcome.ts';

interface Request {
  by: 'api' | 'signal';
  /** The PID, as the program sees it, of the process that asks by the API; absent from an older preload. */
  asker?: number;
  /** The number of the call; absent from an older preload. */
  call?: number;
  leaveRunning?: boolean;
  image?: string;
}

/**
 * The command that the parent of a program starts when the program itself, or a signal, asks for a checkpoint; not for
 * people.
 */
export default command({
  name: '__agent',
  summary: 'carry out a checkpoint on behalf of a program',
  usage: 'crac __agent RECORD REQUEST',
  options: {},
  examples: [],
  async run(_values, words) {
    const record = readRecord(words[0] ?? '');
    if (!record) throw hasEnded();
    const request = JSON.parse(words[1] ?? '{}') as Request;
    try {
      const result = await checkpoint({
        record,
        ...(request.image && { image: request.image }),
        by: request.by,
        ...(request.asker !== undefined && { asker: request.asker }),
        leaveRunning: request.leaveRunning === true,
        dryRun: false,
        timeout: 120,
        engineOptions: [],
        progress: () => {},
        note: (text) => process.stderr.write(`crac: note: ${text}\n`),
      });
      // There will be no image here: whoever reads the program's output shall know.
      if (result.kind === 'simulated' || result.kind === 'paused' || result.kind === 'standing')
        process.stderr.write(`crac: ${describeOutcome(record, result)}\n`);
      return EXIT.ok;
    } catch (error) {
      // Whatever failed then has failed for that, wherever it was noticed.
      if (!(error instanceof CommandError) && !readRecord(record.directory)) throw hasEnded();
      if (request.by === 'signal') throw error;
      await refuse(record, request, error);
      return EXIT.failed;
    }
  },
});

const hasEnded = () => new CommandError('the program has ended; `crac ps` lists those that run', EXIT.target);

/** Returns what failed in the program, one by one, where that is what a command ended by. */
const whatFailed = (error: unknown): unknown =>
  error instanceof CommandError && error.cause instanceof CheckpointError ? error.cause : error;

/** Rejects the program's own promise with the reason, unless the program knows it already. */
async function refuse(record: ProgramRecord, { asker, call }: Request, error: unknown): Promise<void> {
  try {
    const isChild = asker !== undefined && asker !== record.program;
    const connection = await Connection.open(record, 2, isChild ? `${asker}.sock` : 'app.sock');
    connection.send({
      op: 'refuse',
      error: serializeError(knownToPrograms(whatFailed(error))),
      ...(call !== undefined && { call }),
    });
    connection.close();
  } catch {
    if (error instanceof CommandError && error.told) return; // the program knows it, and has ended since
    throw error; // the program cannot be told: the command says it here
  }
}
