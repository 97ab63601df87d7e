import { expect, test } from 'vitest';
import { compileAddon } from '../support/compile.ts';
import { copiesSay } from '../support/direct-program.ts';
import { place } from '../support/own-place.ts';

test('three hundred threads of an addon, each with what is its own, wherever they wait', async () => {
  compileAddon('threads', place.path('threads.node'), ['-lpthread']);
  const copies = await copiesSay(
    `const { begin, least } = require('./threads.node');
     const allGoOn = async () => { for (const from = least(); least() === from; ) { begin(); await new Promise((resolve) => setTimeout(resolve, 5)); } };
     await allGoOn();`,
    `await allGoOn(); await allGoOn();
     say('threads', fs.readdirSync('/proc/self/task').filter((task) => fs.readFileSync('/proc/self/task/' + task + '/comm', 'latin1').startsWith('mine-')).length);
     process.exit();`,
  );
  for (const copy of copies) expect(copy).toEqual({ threads: 300 });
});
