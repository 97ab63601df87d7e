import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { formatDuration, formatTable } from '../base/format.ts';
import { programs } from '../checkpoint/target.ts';
import { MANIFEST } from '../image/manifest.ts';
import { command } from './options.ts';

/** Returns the command line; a restored program's is in its image, as long as that is there. */
function commandOf({ command, image }: ProgramRecord): string {
  if (command) return command;
  try {
    const manifest = JSON.parse(readFileSync(join(image, MANIFEST), 'utf8')) as { command: string[] };
    return ['node', ...manifest.command.slice(1)].join(' ');
  } catch {
    return '';
  }
}

function stateOf({ kind, paused }: ProgramRecord): string {
  if (paused !== undefined) return 'paused';
  return kind === 'restored' ? 'restored' : 'running';
}

export default command({
  name: 'ps',
  summary: 'list programs that can be checkpointed',
  usage: 'crac ps [--json]',
  description: 'Lists the programs that `crac run` and `crac restore` have started and that still run.',
  options: { json: { help: 'print the list as JSON' } },
  examples: ['crac ps', 'crac ps --json'],
  async run(values) {
    const all = programs();
    if (values.json) {
      const list = all.map((record) => ({
        pid: record.parent,
        kind: record.kind,
        image: record.image,
        since: record.since,
        command: commandOf(record),
        mode: record.mode,
        paused: record.paused !== undefined,
      }));
      process.stdout.write(`${printableJson(list, 2)}\n`);
      return 0;
    }
    const rows = all.map((record) => [
      String(record.parent),
      stateOf(record),
      record.since ? formatDuration(Date.now() - record.since) : '-',
      record.image || '-',
      commandOf(record) || '-',
    ]);
    process.stdout.write(`${formatTable([['PID', 'STATE', 'FOR', 'IMAGE', 'COMMAND'], ...rows])}\n`);
    return 0;
  },
});
