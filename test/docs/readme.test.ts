import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const block = (language: string): string =>
  readme.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm'))?.[1] ?? '';

const why = process.geteuid?.() === 0 ? '' : ' (skipped: needs root, for a network of its own)';

/** Not every machine has curl; a person waits until the server answers. */
const CURL = `curl() { ${process.execPath} -e '
  const ask = () => fetch("http://" + process.argv[1]).then((response) => response.text());
  const again = (error) => Date.now() > until ? Promise.reject(error) : new Promise((go) => setTimeout(go, 50)).then(attempt);
  const until = Date.now() + 30_000, attempt = () => ask().catch(again);
  attempt().then((text) => process.stdout.write(text));' "$1"; }`;

test.skipIf(why)(`the first example does what it shows${why}`, async () => {
  writeFileSync(place.path('server.js'), block('js'));
  const shown = block('console').split('\n');
  const commands = shown.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
  const script = ['ip link set lo up', CURL, ...commands, 'kill $(jobs -pr)', 'wait'].join('\n');
  const path = `${join(CRAC, '..')}:${process.env.PATH}`;
  const { stdout, stderr } = await place.start('unshare', ['-n', 'bash', '-c', script], {
    env: { PATH: path },
  }).ended;
  /** What differs from one machine and run to the next. */
  const same = (lines: string[]) =>
    lines
      .filter((line) => line !== '' && !line.startsWith('$ '))
      .map((line) =>
        line
          .replaceAll(place.directory, '/srv')
          .replace(/\d+(\.\d+)? (ms|s|MiB)\b/g, 'N')
          .replace(/^(checkpoint of )?\d{3,}/, '$1PID')
          .replace(/ +/g, ' '),
      );
  expect({ stderr, lines: same(stdout.split('\n')) }).toEqual({ stderr: '', lines: same(shown) });
});

test('every command of `crac --help` stands in the README', () => {
  const help = execFileSync(CRAC, ['--help'], { encoding: 'utf8' });
  const commands = [...help.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(8);
  expect(commands.filter((name) => !readme.includes(`| \`crac ${name}`))).toEqual([]);
});
