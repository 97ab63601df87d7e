#!/usr/bin/env node
// npm run test:machines: crac on Debian's kernels and on other CPUs, in emulated machines. Takes some minutes for each.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kernelOf, makeDisk } from './disk.mjs';
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

/** In their order: the first makes images, the others restore them. */
const MACHINES = [
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
].filter(({ name }) => only.length === 0 || only.includes(name));

const AS_USER =
  'setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all env HOME=/tmp';
const ASK = `node -e 'let n=0;const ask=()=>fetch("http://127.0.0.1:3000/").then(r=>r.text()).then(t=>{console.log(t);process.exit(0)},e=>n++>600?(console.log(String(e)),process.exit(1)):setTimeout(ask,200));ask()'`;

/** Runs, asks, checkpoints into PLACE. */
const make = (place, level, as = '', engine = 'criu') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp
${as} crac run --engine ${engine} --cpu ${level} --image ${place} /srv/program.js & ${ASK} && ${as} crac checkpoint ${place} && wait && crac inspect ${place}${as && ' --trust-image-of 1000'}`;

/** Restores, asks, ends; also says how a restore that fails has ended. */
const restore = (place, as = '') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp
${as} crac restore ${place} & r=$!; (while kill -0 $r 2>/dev/null; do sleep 0.5; done; echo ended) & ${ASK} & a=$!
while kill -0 $a 2>/dev/null && kill -0 $r 2>/dev/null; do sleep 0.2; done
if kill -0 $r 2>/dev/null; then wait $a; c=$?; kill $r; exit $c; fi; wait $r; exit $?`;

const ANSWER = '{"same":true,"hash":"';
const good = ({ code, output }) =>
  code === 0 && output.includes(ANSWER) && output.includes('"fetched":"plain"');

mkdirSync(directory, { recursive: true });
const kernels = new Map();
for (const { kernel } of MACHINES) {
  const name = packageLike(kernel);
  kernels.set(kernel, kernelOf(directory, name));
}
const codename = sh('sh', ['-c', '. /etc/os-release; echo $VERSION_CODENAME']).trim();
const engine = JSON.parse(execFileSync(join(ROOT, 'bin/crac'), ['engine', '--json'], { encoding: 'utf8' }))
  .used.path;
const all = [...new Map([...kernels.values()].map((one) => [one.version, one])).values()];
const disk = makeDisk(directory, codename, all, engine);
if (only.length === 0) rmSync(images, { recursive: true, force: true });

const rows = [];
let failed = false;
for (const { name, kernel, cpu, makes, user } of MACHINES) {
  const facts = kernels.get(kernel);
  const machine = new Machine(directory, name.replaceAll(' ', '-'), { cpu, ...facts, disk, images });
  const log = [];
  const step = async (what, lines, expected = good) => {
    const began = Date.now();
    const outcome = await machine.run(lines).catch((error) => ({ code: -1, output: error.message }));
    const ok = expected(outcome);
    failed ||= !ok;
    rows.push([name, facts.version, cpu, what, ok ? 'as expected' : `NOT AS EXPECTED (${outcome.code})`]);
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${what} (${Math.round((Date.now() - began) / 1000)} s)`);
    log.push(`== ${what}: ${outcome.code}\n${outcome.output}`);
    return outcome;
  };
  const refused = ({ code, output }) =>
    code === 72 && output.includes('This is missing, and the program uses');
  try {
    await machine.boots();
    await step('doctor', 'CRAC_RUNTIME_DIR=$(mktemp -d) crac doctor', ({ code }) => code === 0);
    if (makes) {
      for (const level of ['native', 'baseline']) {
        await step(`run, checkpoint (${level}, root)`, make(`/tmp/${level}`, level));
        await step(`restore (${level}, root)`, restore(`/tmp/${level}`));
        await machine.run(`rm -rf /images/${level}; cp -a /tmp/${level} /images/${level}`);
      }
      await step('run, checkpoint (baseline, direct, root)', make('/tmp/direct', 'baseline', '', 'direct'));
      await step('restore (baseline, direct, root)', restore('/tmp/direct'));
      await machine.run('rm -rf /images/direct; cp -a /tmp/direct /images/direct');
      if (user) {
        await step('run, checkpoint (direct, user)', make('/tmp/direct-user', 'native', AS_USER, 'direct'));
        await step('restore (direct, user)', restore('/tmp/direct-user', AS_USER));
        await step('run, checkpoint (native, user)', make('/tmp/user', 'native', AS_USER));
        await step('restore (native, user)', restore('/tmp/user', AS_USER));
      }
    } else {
      await machine.run('cp -a /images/native /images/baseline /images/direct /tmp/');
      await step('restore of an image made on max with --cpu baseline', restore('/tmp/baseline'));
      // The kernel fits its vdso to the CPU, and the engine direct needs the very same code there.
      await step(
        'restore of one by the engine direct: refused',
        restore('/tmp/direct'),
        ({ code, output }) => code === 72 && output.includes('was made under another kernel'),
      );
      await step('restore of an image made on max: refused', restore('/tmp/native'), refused);
    }
  } catch (error) {
    failed = true;
    rows.push([name, facts.version, cpu, 'boot', `NOT AS EXPECTED: ${error.message}`]);
    console.log(`FAIL ${name}: ${error.message}`);
  } finally {
    machine.off();
    writeFileSync(join(directory, `${name.replaceAll(' ', '-')}.log`), log.join('\n'));
  }
}
console.log(`\n| machine | kernel | CPU | what | outcome |\n|---|---|---|---|---|`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
console.log(`\nlogs and consoles: ${directory}`);
process.exitCode = failed ? 1 : 0;
