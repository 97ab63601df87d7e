import { programs } from '../checkpoint/target.ts';
import { formatDuration, formatTable } from './format.ts';
import { command } from './options.ts';

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
      const list = all.map(({ parent, kind, image, since, command, mode }) => ({
        pid: parent,
        kind,
        image,
        since,
        command,
        mode,
      }));
      process.stdout.write(`${JSON.stringify(list, undefined, 2)}\n`);
      return 0;
    }
    const rows = all.map(({ parent, kind, image, since, command }) => [
      String(parent),
      kind,
      since ? formatDuration(Date.now() - since) : '-',
      image || '-',
      command || '-',
    ]);
    process.stdout.write(`${formatTable([['PID', 'STARTED BY', 'FOR', 'IMAGE', 'COMMAND'], ...rows])}\n`);
    return 0;
  },
});
