import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, ROOT } from './crac.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const block = (language: string): string =>
  readme.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm'))?.[1] ?? '';

/** The reason why it cannot be tried. */
export const whyNoExample =
  process.geteuid?.() === 0 ? '' : ' (skipped: needs root, for a network of its own)';

/** A function in the place of curl, which not every machine has; a person waits until the server answers. */
const CURL = `curl() { ${process.execPath} -e '
  const ask = () => fetch("http://" + process.argv[1]).then((response) => response.text());
  const again = (error) => Date.now() > until ? Promise.reject(error) : new Promise((go) => setTimeout(go, 50)).then(attempt);
  const until = Date.now() + 30_000, attempt = () => ask().catch(again);
  attempt().then((text) => process.stdout.write(text));' "$1"; }`;

interface Lines {
  stderr: string;
  lines: string[];
}

/** Replaces what differs from one machine and run to the next. */
const same = (lines: string[], directory: string): string[] =>
  lines
    .filter((line) => line !== '' && !line.startsWith('$ '))
    .map((line) =>
      line
        .replaceAll(directory, '/srv')
        .replace(/\d+(\.\d+)? (ms|s|MiB)\b/g, 'N')
        .replace(/^(checkpoint of )?\d{3,}/, '$1PID')
        .replace(/ +/g, ' '),
    );

/** Returns what the README shows. */
export const shownExample = (): Lines => ({ stderr: '', lines: same(block('console').split('\n'), '/srv') });

/** Carries out the README's first example in this directory, with the `crac` of that one. */
export async function doExample(place: Place, directory: string, bin: string): Promise<Lines> {
  writeFileSync(join(directory, 'server.js'), block('js'));
  const commands = block('console')
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
  const script = ['ip link set lo up', CURL, ...commands, 'kill $(jobs -pr)', 'wait'].join('\n');
  const { stdout, stderr } = await place.start('unshare', ['-n', 'bash', '-c', script], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env.PATH}`, CRAC_ENGINE: 'auto' },
  }).ended;
  return { stderr, lines: same(stdout.split('\n'), directory) };
}
