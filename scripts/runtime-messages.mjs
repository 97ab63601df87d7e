// Writes docs/runtime-messages.md: which messages of container runtimes, Java and helpers an entry of the catalogue
// knows, from the table of the tests. `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const { outputFiles } = await build({
  entryPoints: [join(root, 'test/command/diagnosis/runtime-messages.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { MESSAGES } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);

const row = ({ versions, line, code }) => {
  const known = code === undefined ? 'not known' : `[${code}](errors.md#${code.toLowerCase()})`;
  return `| ${versions} | \`\` ${line.replaceAll('\n', ' ⏎ ')} \`\` | ${known} |`;
};

const programs = [...new Set(MESSAGES.map(({ program }) => program))];
const known = (rows) => rows.filter(({ code }) => code !== undefined).length;
const page = `# Messages of container runtimes, Java and helpers
<!-- Made by scripts/runtime-messages.mjs. -->

What container runtimes, Java with its frameworks, and programs around the engine print when a checkpoint or a restore
fails, by program and version, with values that could stand in it, and the entry by which \`crac explain\` knows it. The forms were collected from the programs' sources and their
history. Of ${MESSAGES.length} an entry knows ${known(MESSAGES)}; of the others \`crac explain\` quotes the line and says which log to ask next.
buildah (to 1.44) has no words of its own about checkpoints: what fails in one of its steps is said by the program that it starts.

${programs
  .map((program) => {
    const rows = MESSAGES.filter((message) => message.program === program);
    return `## ${program}\n${known(rows)} of ${rows.length} are known.\n\n| Versions | Message | Entry |\n|---|---|---|\n${rows.map(row).join('\n')}\n`;
  })
  .join('\n')}`;

const path = join(root, 'docs/runtime-messages.md');
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== page)
    throw new Error('docs/runtime-messages.md is out of date: run node scripts/runtime-messages.mjs');
} else writeFileSync(path, page);
