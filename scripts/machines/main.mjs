#!/usr/bin/env node
// npm run test:machines: crac on Debian's kernels and on other CPUs, in emulated machines. Takes some minutes for each.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kernelOf, makeDisk } from './disk.mjs';
import { Here } from './here.mjs';
import { Machine } from './machine.mjs';
import { missingPackages, packageLike, sh } from './tools.mjs';

const ROOT = join(import.meta.dirname, '../..');
const directory = resolve(process.env.CRAC_MACHINES_DIR ?? join(tmpdir(), 'crac-machines'));
const images = join(directory, 'images');
const only = process.argv.slice(2);

const lacking = missingPackages();
if (process.geteuid() !== 0 || lacking.length > 0) {
  console.error(
    `test:machines needs root${lacking.length > 0 ? ` and\n  apt-get install ${lacking.join(' ')}` : ''}`,
  );
  process.exit(2);
}

/** In their order: the first make images, the others restore them. This machine, under its own kernel, makes one by the
 * engine direct before the others, and restores theirs after them. */
const HERE = { name: 'this', here: true, cpu: cpus()[0]?.model.trim() ?? 'unknown' };
const MACHINES = [
  HERE,
  { name: '6.1 max', kernel: '^linux-image-6\\.1\\.0-[0-9]+-amd64$', cpu: 'max', makes: true },
  {
    name: '6.12 max',
    kernel: '^linux-image-6\\.12\\.[0-9]+[^ ]*deb12-amd64$',
    cpu: 'max',
    makes: true,
    user: true,
  },
  { name: '6.1 Haswell', kernel: '^linux-image-6\\.1\\.0-[0-9]+-amd64$', cpu: 'Haswell' },
  { name: '6.1 Nehalem', kernel: '^linux-image-6\\.1\\.0-[0-9]+-amd64$', cpu: 'Nehalem' },
  { name: '6.12 qemu64', kernel: '^linux-image-6\\.12\\.[0-9]+[^ ]*deb12-amd64$', cpu: 'qemu64' },
  HERE,
].filter(({ name }) => only.length === 0 || only.includes(name));

const AS_USER =
  'setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all env HOME=/tmp';
const ASK = `node -e 'let n=0;const ask=()=>fetch("http://127.0.0.1:3000/").then(r=>r.text()).then(t=>{console.log(t);process.exit(0)},e=>n++>600?(console.log(String(e)),process.exit(1)):setTimeout(ask,200));ask()'`;

/** Writes lines that run, ask, and checkpoint into PLACE. */
const make = (place, level, as = '', engine = 'criu') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp; date +%s%3N
${as} ${engine === 'direct' ? 'env STATE=1 ' : ''}crac run --engine ${engine} --cpu ${level} --image ${place} /srv/program.js & ${ASK} && ${as} crac checkpoint ${place} && wait && crac inspect ${place}${as && ' --trust-image-of 1000'}`;

/** Writes lines that restore, ask, and end; they also say how a restore that fails has ended. */
const restore = (place, as = '') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp; date +%s%3N
${as} crac restore ${place} & r=$!; (while kill -0 $r 2>/dev/null; do sleep 0.5; done; echo ended) & ${ASK} & a=$!
while kill -0 $a 2>/dev/null && kill -0 $r 2>/dev/null; do sleep 0.2; done
if kill -0 $r 2>/dev/null; then wait $a; c=$?; kill $r; exit $c; fi; wait $r; exit $?`;

const WITHIN = 900_000; // ms; a clock of another machine is mostly further away

/** What the program has answered last, by its image. */
const answers = new Map();

const answerIn = (output) => {
  const line = output.split('\n').find((one) => one.startsWith('{"same":'));
  return line && JSON.parse(line);
};

/** Everything works, and the wall clock is this machine's. */
const good = ({ code, output }) => {
  const answer = answerIn(output);
  if (code !== 0 || !answer) return false;
  const { same, fetched, now, guard, dropped } = answer;
  const date = Number(output.split('\n')[0]);
  const pages = ['none', 'guarded'].includes(guard) && ['none', 'there'].includes(dropped);
  return same && fetched === 'plain' && pages && now >= date && now < date + WITHIN;
};

/** The copy goes on from where its image was made: its monotonic clocks, its pages, and no number is drawn twice. */
const goesOn = (made) => (outcome) => {
  const before = answers.get(made);
  const after = answerIn(outcome.output);
  if (!good(outcome) || !before) return false;
  const clocks = [
    [before.monotonic, after.monotonic],
    [before.hrtime / 1e6, after.hrtime / 1e6],
  ].every(([then, now]) => now > then && now < then + WITHIN);
  const pages = before.guard === after.guard && before.dropped === after.dropped;
  return clocks && pages && before.drawn !== after.drawn;
};

mkdirSync(directory, { recursive: true });
const kernels = new Map();
for (const { kernel } of MACHINES) {
  if (kernel && !kernels.has(kernel)) kernels.set(kernel, kernelOf(directory, packageLike(kernel)));
}
const codename = sh('sh', ['-c', '. /etc/os-release; echo $VERSION_CODENAME']).trim();
const engine = JSON.parse(execFileSync(join(ROOT, 'bin/crac'), ['engine', '--json'], { encoding: 'utf8' }))
  .used.path;
const all = [...new Map([...kernels.values()].map((one) => [one.version, one])).values()];
const { disk, tree } = makeDisk(directory, codename, all, engine);
if (only.length === 0) rmSync(images, { recursive: true, force: true });
mkdirSync(images, { recursive: true });

const rows = [];
const makers = []; // of images by the engine direct
const logs = new Map();
let failed = false;

/** Its machine, and `step`, which carries out and notes. */
function begin({ name, kernel, cpu, here }) {
  const facts = kernels.get(kernel) ?? { version: release() };
  const file = name.replaceAll(' ', '-');
  const machine = here
    ? new Here(tree, images)
    : new Machine(directory, file, { cpu, ...facts, disk, images });
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

const refused = ({ code, output }) => code === 72 && output.includes('This is missing, and the program uses');

/** Makes one by the engine direct that the others can have, and restores it. */
async function makeDirect({ machine, step }, name) {
  const made = await step(
    'run, checkpoint (baseline, direct)',
    make('/tmp/direct', 'baseline', '', 'direct'),
  );
  const image = `direct-${name.replaceAll(' ', '-')}`;
  answers.set(image, answerIn(made.output));
  await machine.run(`rm -rf /images/${image}; cp -a /tmp/direct /images/${image}`);
  await step('restore (baseline, direct)', restore('/tmp/direct'), goesOn(image));
  makers.push({ name, image });
}

/** Those of the other kernels and CPUs. */
async function restoreDirect({ machine, step }, self) {
  for (const { name, image } of makers) {
    if (name === self) continue;
    await machine.run(`rm -rf /tmp/${image}; cp -a /images/${image} /tmp/${image}`);
    await step(
      `restore of an image of '${name}' by the engine direct`,
      restore(`/tmp/${image}`),
      goesOn(image),
    );
  }
}

async function makeAll({ machine, step }, user) {
  for (const level of ['native', 'baseline']) {
    const made = await step(`run, checkpoint (${level}, root)`, make(`/tmp/${level}`, level));
    answers.set(level, answerIn(made.output));
    await step(`restore (${level}, root)`, restore(`/tmp/${level}`), goesOn(level));
    await machine.run(`rm -rf /images/${level}; cp -a /tmp/${level} /images/${level}`);
  }
  if (!user) return;
  await step('run, checkpoint (direct, user)', make('/tmp/direct-user', 'native', AS_USER, 'direct'));
  await step('restore (direct, user)', restore('/tmp/direct-user', AS_USER));
  await step('run, checkpoint (native, user)', make('/tmp/user', 'native', AS_USER));
  await step('restore (native, user)', restore('/tmp/user', AS_USER));
}

async function restoreAll({ machine, step }) {
  await machine.run('cp -a /images/native /images/baseline /tmp/');
  await step(
    'restore of an image made on max with --cpu baseline',
    restore('/tmp/baseline'),
    goesOn('baseline'),
  );
  await step('restore of an image made on max: refused', restore('/tmp/native'), refused);
}

for (const one of MACHINES) {
  const run = begin(one);
  try {
    await run.machine.boots();
    if (!one.here)
      await run.step('doctor', 'CRAC_RUNTIME_DIR=$(mktemp -d) crac doctor', ({ code }) => code === 0);
    await restoreDirect(run, one.name);
    if ((one.here || one.makes) && !makers.some(({ name }) => name === one.name))
      await makeDirect(run, one.name);
    if (!one.here) await (one.makes ? makeAll(run, one.user) : restoreAll(run));
  } catch (error) {
    failed = true;
    run.row('boot', `NOT AS EXPECTED: ${error.message}`);
    console.log(`FAIL ${one.name}: ${error.message}`);
  } finally {
    run.end();
  }
}
console.log(`\n| machine | kernel | CPU | what | outcome |\n|---|---|---|---|---|`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
console.log(`\nlogs and consoles: ${directory}`);
process.exitCode = failed ? 1 : 0;
