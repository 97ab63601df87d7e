// Reads what CRIU can print when a checkpoint or a restore fails out of a clone of its sources, and writes
// test/command/diagnosis/criu-messages.tsv: node scripts/criu-messages.mjs CLONE (a git directory with CRIU's tags).
// Forms that no entry knows are kept as a fingerprint only. `--list` prints them instead.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const [clone, mode] = process.argv.slice(2);
if (clone === undefined) {
  console.error('usage: node scripts/criu-messages.mjs CLONE [--list]');
  process.exit(2);
}
const git = (...args) =>
  execFileSync('git', [`--git-dir=${clone}`, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

/**
 * Matches parts that run outside of a checkpoint and a restore: commands of their own, tests, and tools of the build.
 */
const OUTSIDE =
  /^(?:test|images|lib|Documentation|scripts|contrib)\/|cr-(?:check|dedup|exec|show)\.c$|\/compel\/(?:test|src\/main\.c|src\/lib\/handle-elf)|^compel\/(?:test|src\/main|src\/lib\/handle-elf|plugins)|amdgpu_plugin_topology|test_topology_remap|handle-elf|^soccr\/test\/|criu\/(?:uffd|tls)\.c$/;

const TAGS = git('tag', '--list', 'v3.*', 'v4.*')
  .trim()
  .split('\n')
  .filter((tag) => !tag.includes('rc'));
TAGS.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const blobs = new Map();
/** Returns every form of a file's source: pr_err and pr_perror with a literal format, with the file's prefix. */
function formsOf(blob) {
  let forms = blobs.get(blob);
  if (forms !== undefined) return forms;
  const source = git('cat-file', 'blob', blob);
  const prefix = source.match(/^#\s*define LOG_PREFIX\s+"([^"]*)"/m)?.[1] ?? '';
  forms = [];
  for (const [, printed, soccr, literals] of source.matchAll(
    /\b(?:pr_(err|perror)(?:_once)?|log(e|err))\(\s*((?:"(?:[^"\\]|\\.)*"|\s|PRI[a-z]\d+|PRI[a-z]+MAX)+)/g,
  )) {
    const form = literals
      .replace(/PRI([a-z])\w+/g, '"$1"')
      .replace(/"\s*"/g, '')
      .trim()
      .slice(1, -1)
      .replace(/\\n/g, '')
      .replace(/\\t/g, ' ')
      .replace(/\\(["'\\])/g, '$1');
    if (/[a-z]/i.test(form.replace(/%\S+/g, '')))
      forms.push(`${(printed ?? soccr) === 'perror' || soccr === 'err' ? 'p' : 'e'}\t${prefix}${form}`);
  }
  blobs.set(blob, forms);
  return forms;
}

const seen = new Map();
TAGS.forEach((tag, at) => {
  for (const line of git('ls-tree', '-r', tag).split('\n')) {
    const [, blob, path] = line.match(/^\d+ blob (\w+)\t(.+\.[ch])$/) ?? [];
    if (path === undefined || OUTSIDE.test(path)) continue;
    for (const form of formsOf(blob)) {
      const key = `${basename(path)}\t${form}`;
      const entry = seen.get(key);
      if (entry) entry.until = at;
      else seen.set(key, { since: at, until: at });
    }
  }
});

const { outputFiles } = await build({
  entryPoints: [join(root, 'test/command/diagnosis/criu-message.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  logLevel: 'warning',
});
const { knownBy } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);

const rows = [...seen]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([key, { since, until }]) => {
    const [file, kind, form] = key.split('\t');
    const known = knownBy(file, form, kind === 'p');
    const shown =
      known === '' && mode !== '--list'
        ? `#${createHash('sha256').update(form).digest('hex').slice(0, 8)}`
        : form;
    return [
      file,
      TAGS[since].slice(1),
      until === TAGS.length - 1 ? '' : TAGS[until].slice(1),
      kind,
      known,
      shown,
    ];
  });
const head = ['file', 'since', 'until', 'kind', 'known by', 'form'];
const text = `${[head, ...rows].map((row) => row.join('\t')).join('\n')}\n`;
if (mode === '--list') process.stdout.write(text);
else writeFileSync(join(root, 'test/command/diagnosis/criu-messages.tsv'), text);
