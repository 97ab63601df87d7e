import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICIES_FILE, type Policy } from '../../shared/protocol/policy.ts';
import { makeRuntimeDirectory } from '../base/runtime-directory.ts';
import type { EngineChoice } from '../engines/choice.ts';
import type { Labels } from '../machine/labels.ts';
import type { ProgramCommand } from './program-command.ts';

export interface Launch {
  engine: EngineChoice;
  /** The absolute path; empty for a program without an image directory (an engine that makes nothing). */
  image: string;
  program: ProgramCommand;
  policies: Policy[];
  node: string;
  /** The smallest PID; -1: drawn anew. */
  minPid: number;
  imageForm: string;
  /** True where every checkpoint is strict. */
  strict: boolean;
  /** The labels of every image that is made of the program. */
  labels: Labels;
  /** The number of the signal to this process that asks for a checkpoint; 0 for none. */
  checkpointSignal: number;
  /** Words for the launcher that choose the program's network; none for the machine's. */
  network: string[];
  environment: NodeJS.ProcessEnv;
  /** Where no namespace can be made, the program is started without: the engine `direct` needs none. */
  mayBeAlone: boolean;
}

/** Makes the record, which is named by this process's PID: the launcher replaces this process and keeps the number. */
export function makeRecord(launch: Launch): string {
  const record = join(makeRuntimeDirectory(), String(process.pid));
  rmSync(record, { recursive: true, force: true });
  mkdirSync(record, { mode: 0o700 });
  const { nodeOptions, script, args } = launch.program;
  const fields = {
    kind: 'run',
    image: launch.image,
    engine: launch.engine.name,
    'engine-settings': JSON.stringify(launch.engine.settings),
    'image-form': launch.imageForm,
    since: String(Date.now()),
    ...(launch.strict && { strict: '' }),
    ...(Object.keys(launch.labels).length > 0 && { labels: JSON.stringify(launch.labels) }),
    command: ['node', ...nodeOptions, script, ...args].join(' '),
  };
  for (const [name, value] of Object.entries(fields))
    writeFileSync(join(record, name), value, { mode: 0o600 });
  if (launch.policies.length > 0)
    writeFileSync(join(record, POLICIES_FILE), JSON.stringify(launch.policies), { mode: 0o600 });
  return record;
}
