// npm run soak: restores one program over and over, and checks each copy (docs/direct.md). Options stand in options.mjs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Figures } from './figures.mjs';
import { Generations } from './generations.mjs';
import { options } from './options.mjs';
import { endAll } from './process.mjs';

const figures = new Figures(options.summary);
const place = mkdtempSync(join(tmpdir(), 'crac-soak-'));
const until = Date.now() + options.hours * 3_600_000;
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopped = true;
  });

const telling = setInterval(() => {
  process.stderr.write(`${figures.restores} restores, generation ${figures.generations}\n`);
  figures.save();
}, 5000);

const isOver = () =>
  stopped || figures.failures.length > 0 || figures.begun >= options.restores || Date.now() > until;

try {
  await new Generations(place, options, figures, isOver).soak();
} catch (error) {
  figures.failures.push(`${error.message}\nEverything is kept in ${place}`);
}
clearInterval(telling);
await endAll();
if (figures.failures.length === 0) rmSync(place, { recursive: true, force: true, maxRetries: 5 });
figures.save();
process.stdout.write(options.json ? `${JSON.stringify(figures.summary)}\n` : figures.text);
process.exitCode = figures.failures.length > 0 ? 1 : 0;
