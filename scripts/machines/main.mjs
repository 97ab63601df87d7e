#!/usr/bin/env node
// npm run test:machines: crac on Debian's kernels and on other CPUs, in emulated machines. Takes some minutes for each.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Archive } from './archive.mjs';
import { makeDisk } from './disk.mjs';
import { Here } from './here.mjs';
import { kernelOf } from './kernel.mjs';
import { good } from './lines.mjs';
import { MACHINES } from './list.mjs';
import { Machine } from './machine.mjs';
import { missingPackages, sh } from './tools.mjs';
import { armTree, ownTree } from './tree.mjs';
import { tryOn } from './tries.mjs';

const ROOT = join(import.meta.dirname, '../..');
const directory = resolve(process.env.CRAC_MACHINES_DIR ?? join(tmpdir(), 'crac-machines'));
const images = join(directory, 'images');
const only = process.argv.slice(2);
const machines = MACHINES.filter(
  ({ name, arch }) => only.length === 0 || only.includes(name) || only.includes(arch),
);
const archs = [...new Set(machines.map(({ arch }) => arch))];

const lacking = missingPackages(archs);
if (process.geteuid() !== 0 || lacking.length > 0) {
  console.error(
    `test:machines needs root${lacking.length > 0 ? ` and\n  apt-get install ${lacking.join(' ')}` : ''}`,
  );
  process.exit(2);
}

mkdirSync(directory, { recursive: true });
if (only.length === 0) rmSync(images, { recursive: true, force: true });
mkdirSync(images, { recursive: true });

/** Makes kernels, tree and disk of one kind of CPU. */
function prepare(arch) {
  const codename = sh('sh', ['-c', '. /etc/os-release; echo $VERSION_CODENAME']).trim();
  const archive = new Archive(directory, arch === 'arm64' ? 'arm64' : undefined);
  const patterns = new Set(
    machines.filter((one) => one.arch === arch && one.kernel).map(({ kernel }) => kernel),
  );
  const kernels = new Map([...patterns].map((each) => [each, kernelOf(archive, directory, each)]));
  const engine = () =>
    JSON.parse(execFileSync(join(ROOT, 'bin/crac'), ['engine', '--json'], { encoding: 'utf8' })).used.path;
  const tree =
    arch === 'arm64' ? armTree(directory, archive) : ownTree(directory, archive, codename, engine());
  return { kernels, tree, disk: makeDisk(directory, arch, tree, [...kernels.values()]) };
}

const rows = [];
const logs = new Map();
let failed = false;

/** Its machine, and `step`, which carries out and notes. */
function begin({ name, arch, kernel, cpu, here }, { kernels, tree, disk }) {
  const facts = kernels.get(kernel) ?? { version: release() };
  const file = name.replaceAll(' ', '-');
  const machine = here
    ? new Here(tree, images)
    : new Machine(directory, file, { arch, cpu, ...facts, disk, images });
  const log = logs.get(name) ?? [];
  logs.set(name, log);
  const row = (what, outcome) => rows.push([name, facts.version, cpu, what, outcome]);
  const step = async (what, lines, expected = good) => {
    const began = Date.now();
    const outcome = await machine.run(lines).catch((error) => ({ code: -1, output: error.message }));
    const ok = expected(outcome);
    failed ||= !ok;
    row(what, ok ? 'as expected' : `NOT AS EXPECTED (${outcome.code})`);
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${what} (${Math.round((Date.now() - began) / 1000)} s)`);
    log.push(`== ${what}: ${outcome.code}\n${outcome.output}`);
    return outcome;
  };
  const end = () => {
    machine.off();
    writeFileSync(join(directory, `${file}.log`), log.join('\n'));
  };
  return { machine, step, row, end };
}

for (const arch of archs) {
  const made = prepare(arch);
  for (const one of machines.filter((each) => each.arch === arch)) {
    const run = begin(one, made);
    try {
      await tryOn(run, one);
    } catch (error) {
      failed = true;
      run.row('boot', `NOT AS EXPECTED: ${error.message}`);
      console.log(`FAIL ${one.name}: ${error.message}`);
    } finally {
      run.end();
    }
  }
}
console.log(`\n| machine | kernel | CPU | what | outcome |\n|---|---|---|---|---|`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
console.log(`\nlogs and consoles: ${directory}`);
process.exitCode = failed ? 1 : 0;
