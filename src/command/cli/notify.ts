import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { readRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { checkpoint } from '../checkpoint/checkpoint.ts';
import { findTarget } from '../checkpoint/target.ts';
import { ENGINES, engineNamed } from '../engines/registry.ts';
import { failureOf, jsonOf } from './failure.ts';
import { environmentFrom } from './notify-environment.ts';
import { command } from './options.ts';
import { describeOutcome } from './outcome.ts';
import { wholeNumber } from './values.ts';

const EVENTS = ['before-checkpoint', 'after-restore'] as const;
type Event = (typeof EVENTS)[number];

interface Given {
  timeout?: string;
  wait?: string;
  strict?: boolean;
  env?: string[];
  'env-file'?: string;
}

async function beforeCheckpoint(record: ProgramRecord, values: Given): Promise<string> {
  const result = await checkpoint({
    record,
    by: 'command',
    leaveRunning: false,
    dryRun: false,
    timeout: wholeNumber('timeout', values.timeout, 120),
    engineOptions: [],
    ...(values.strict && { strict: true }),
    ...(values.wait !== undefined && { wait: 1000 * wholeNumber('wait', values.wait, 0) }),
    note: (text) => process.stderr.write(`crac: note: ${text}\n`),
    progress: (line) => {
      if (process.stderr.isTTY) process.stderr.write(`crac: ${line}\n`);
    },
  });
  return describeOutcome(record, result);
}

async function afterRestore(record: ProgramRecord, values: Given): Promise<string> {
  const timeout = wholeNumber('timeout', values.timeout, 60);
  const environment = environmentFrom(values.env, values['env-file']);
  await engineNamed(record.engine).goOn?.({ record, environment, timeout });
  return `program ${record.program} goes on`;
}

/** Finds the record of a PID, of an image directory, or of the socket in a record. */
function targetOf(target: string): ProgramRecord {
  const path = resolve(target);
  const isSocket = basename(path) === 'app.sock' && statSync(path, { throwIfNoEntry: false })?.isSocket();
  const record = isSocket ? readRecord(dirname(path)) : findTarget(target);
  if (record === undefined)
    throw new CommandError(
      `${target} is no socket of a program of yours; \`crac ps\` lists them`,
      EXIT.target,
    );
  if (engineNamed(record.engine).goOn) return record;
  const notified = Object.values(ENGINES).find(({ goOn }) => goOn);
  throw new CommandError(
    `program ${record.parent} has the engine ${record.engine}, which freezes it by itself; use \`crac checkpoint\` and \`crac restore\`, or start it with\n  crac run --engine ${notified?.name} app.js`,
    EXIT.usage,
  );
}

export default command({
  name: 'notify',
  summary: 'tell a program that its machine is about to be frozen, or goes on',
  usage: 'crac notify before-checkpoint|after-restore TARGET [options]',
  description:
    "For a script around a snapshot of somebody else (Firecracker, QEMU, a cloud): before-checkpoint runs the hooks, has\nthe program let go of its connections, and comes back when it stands still; after-restore, in the machine that goes on\nand in each copy of it, puts the program right and runs its hooks. TARGET is a PID, or the socket in a program's record.",
  options: {
    strict: { help: 'fail where the platform would cut a connection which no adapter makes again' },
    wait: { value: 'SECONDS', help: 'before: longest time to wait for work in flight (default 10)' },
    timeout: {
      value: 'SECONDS',
      help: 'longest time for the hooks (default 120 before, 60 after; 0 for none)',
    },
    env: { value: 'NAME=VALUE', repeat: true, help: "after: set this in the program's environment" },
    'env-file': { value: 'FILE', help: 'after: set all of this file, one NAME=VALUE a line' },
    json: { help: 'print the outcome, or the errors, as JSON' },
  },
  examples: [
    'crac notify before-checkpoint 4242',
    'crac notify after-restore 4242 --env POD_NAME=web-2',
    'crac notify after-restore /run/node-crac/4242/app.sock --env-file /run/instance.env',
  ],
  async run(values, words) {
    const [event, target, ...more] = words;
    if (!EVENTS.includes(event as Event) || target === undefined || more.length > 0)
      throw new CommandError(
        `say what happens and to whom: crac notify ${EVENTS.join('|')} PID; \`crac ps\` lists programs`,
        EXIT.usage,
      );
    try {
      const record = targetOf(target);
      const text = await (event === 'before-checkpoint' ? beforeCheckpoint : afterRestore)(record, values);
      const outcome = { event, pid: record.parent, program: record.program };
      process.stdout.write(`${values.json ? printableJson(outcome) : text}\n`);
      return EXIT.ok;
    } catch (failure) {
      const error = failureOf(failure, 'notify');
      if (!values.json) throw error;
      process.stdout.write(`${printableJson({ error: jsonOf(error) })}\n`);
      return error.exitCode;
    }
  },
});
