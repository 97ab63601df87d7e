// Writes what is made from the catalogue of failures: its index and docs/errors.md. `--check` only compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const catalogue = join(root, 'src/command/diagnosis/catalogue');

const camel = (path) => path.replace(/[/-](\w)/g, (_, letter) => letter.toUpperCase());

function index() {
  const entries = readdirSync(catalogue, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(catalogue, name)).map((file) => `${name}/${file.replace(/\.ts$/, '')}`),
    )
    .sort();
  return [
    '// Made by scripts/errors-page.mjs from the files in this directory: run it after adding one.',
    "import type { Entry } from '../entry.ts';",
    ...entries.map((path) => `import ${camel(path)} from './${path}.ts';`),
    '',
    '/** Every failure that is known. */',
    'export const CATALOGUE: readonly Entry[] = [',
    ...entries.map((path) => `  ${camel(path)},`),
    '];',
    '',
  ].join('\n');
}

const TEXT = `('(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*")`;
const CASE = new RegExp(`^(mended|produced)\\(\\s*${TEXT},\\s*${TEXT},\\s*${TEXT}?`, 'gm');

const unquoted = (literal) => literal?.slice(1, -1).replace(/\\(.)/g, '$1');

/**
 * Lists what the tests make happen for real: the calls of `mended` and `produced`, whose first arguments are literals.
 */
function casesOfTests() {
  const directory = join(root, 'test/command/diagnosis/mended');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => {
      const source = readFileSync(join(directory, name), 'utf8');
      const cases = [...source.matchAll(CASE)].map(([, kind, code, how, by]) => ({
        code: unquoted(code),
        how: unquoted(how),
        by: kind === 'mended' ? unquoted(by) : undefined,
      }));
      const calls = source.match(/^(?:mended|produced)\(/gm)?.length ?? 0;
      if (calls !== cases.length) throw new Error(`${name}: ${calls - cases.length} cases cannot be read`);
      return cases;
    });
}

async function page() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/command/diagnosis/page.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const { errorsPage } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return errorsPage(casesOfTests());
}

const check = process.argv.includes('--check');
let stale = false;

function put(path, content) {
  let old;
  try {
    old = readFileSync(join(root, path), 'utf8');
  } catch {}
  if (old === content) return;
  if (check) console.error(`${path} is out of date: run node scripts/errors-page.mjs`);
  else writeFileSync(join(root, path), content);
  stale = true;
}

put('src/command/diagnosis/catalogue/index.ts', index());
put('docs/errors.md', await page());
if (check && stale) process.exitCode = 1;
