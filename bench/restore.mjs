// Time to the first response and memory of copies: `npm run bench`, as root, on an otherwise quiet machine.
//   --quick    two programs, few rounds (some minutes)      --docs   write docs/performance.md's figures and plot
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, freemem, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { compileTrivial, dumpProgram, dumpTrivial, timeByHand, timeTrivial } from './by-hand.mjs';
import { measureCopies } from './copies.mjs';
import { firstResponse, now, pause, run, start, summary, timeToResponse } from './measure.mjs';
import { report, writeDocs } from './report.mjs';

const root = join(import.meta.dirname, '..');
const crac = join(root, 'bin/crac');
const quick = process.argv.includes('--quick');
const rounds = quick ? 5 : 11; // besides the first, which is dropped
const REQUESTS = 6;
const PORT = Number(process.env.BENCH_PORT ?? 20920);
const work = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'crac-bench-'));
const environment = { ...process.env, PORT: String(PORT), CRAC_RUNTIME_DIR: join(work, 'run') };
const note = (text) => process.stderr.write(`bench: ${text}\n`);

function programs() {
  const apps = JSON.parse(
    execFileSync(process.execPath, ['scripts/apps.mjs', '--json', 'express', 'nest'], { cwd: root }),
  );
  const all = [
    { name: 'http-server', file: join(root, 'test/fixtures/programs/http-server.js'), path: '/' },
    { name: 'express', file: apps.express, path: '/' },
    { name: 'nest', file: apps.nest, path: '/' },
    { name: 'heap 300 MB', file: join(root, 'bench/programs/heap.cjs'), path: '/' },
  ];
  return quick ? all.filter(({ name }) => name === 'http-server' || name === 'nest') : all;
}

const criu = JSON.parse(execFileSync(crac, ['engine', '--json'], { cwd: root, env: environment })).used.path;

async function makeImages(program, directory) {
  mkdirSync(directory);
  const images = { plain: join(directory, 'plain'), cow: join(directory, 'cow') };
  const running = start(crac, ['run', '--image', images.plain, program.file], { env: environment });
  for (let i = 0; i < REQUESTS; i++) await firstResponse(PORT, running, program.path);
  const target = String(running.child.pid);
  const env = { env: environment };
  await run(
    crac,
    ['checkpoint', target, '--image', images.cow, '--image-form', 'cow', '--leave-running'],
    env,
  );
  await run(crac, ['checkpoint', target, '--image', images.plain, '--image-form', 'plain'], env);
  await running.ended;
  const command = [process.execPath, program.file];
  const byHand = { criu, command, env: environment, port: PORT, path: program.path, requests: REQUESTS };
  images.byHand = await dumpProgram({ ...byHand, directory: join(directory, 'by-hand') });
  return images;
}

function methods(program, images, cache) {
  const { path, file } = program;
  const node = (env) => () =>
    timeToResponse(PORT, path, process.execPath, [file], { env: { ...environment, ...env } });
  const restore = (image) => () => timeToResponse(PORT, path, crac, ['restore', image], { env: environment });
  const hasCompileCache = Number(process.versions.node.split('.')[0]) >= 22;
  return {
    cold: node({}),
    ...(hasCompileCache && { 'cold, compile cache': node({ NODE_COMPILE_CACHE: cache }) }),
    'CRIU by hand': () => timeByHand(criu, images.byHand, PORT, path),
    'crac, plain image': restore(images.plain),
    'crac, copy-on-write image': restore(images.cow),
  };
}

/** Every method once a round, so that a change of the machine's mood meets all of them. */
async function interleaved(named, count) {
  const times = Object.fromEntries(Object.keys(named).map((name) => [name, []]));
  for (let round = 0; round <= count; round++) {
    for (const [name, measure] of Object.entries(named)) {
      const time = await measure();
      if (round > 0) times[name].push(time);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, summary(list)]));
}

async function floors() {
  const trivial = compileTrivial(work);
  const images = await dumpTrivial(criu, trivial, join(work, 'trivial-images'));
  const kdat = join(environment.CRAC_RUNTIME_DIR, 'criu.kdat');
  const forkAndExec = async () => {
    const began = now();
    await start(trivial, []).ended;
    return now() - began;
  };
  return interleaved(
    { 'fork and exec': forkAndExec, 'CRIU restores it': () => timeTrivial(criu, images, kdat) },
    rounds,
  );
}

async function main() {
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpus: cpus().length,
      cpu: cpus()[0]?.model,
      memory: totalmem(),
      kernel: release(),
      load: loadavg()[0],
    },
    node: process.version,
    criu: execFileSync(criu, ['--version'])
      .toString()
      .match(/[\d.]+/)[0],
    quick,
    time: {},
    copies: {},
  };
  for (const program of programs()) {
    if (!existsSync(program.file))
      throw new Error(`${program.file} is missing: node scripts/apps.mjs express nest`);
    note(`${program.name}: making images`);
    const directory = join(work, program.name.replaceAll(' ', '-'));
    const images = await makeImages(program, directory);
    const manifest = JSON.parse(readFileSync(join(images.cow, 'manifest.json'), 'utf8'));
    note(`${program.name}: ${rounds} rounds`);
    const times = await interleaved(methods(program, images, join(work, 'compile-cache')), rounds);
    results.time[program.name] = { image: manifest.size, times };
    if (program.name === 'nest') {
      for (const form of ['plain', 'cow']) {
        for (const count of quick ? [1, 10] : [1, 10, 50]) {
          if (form === 'plain' && count * 160e6 > freemem() * 0.8) {
            note(`nest, plain: ${count} copies need more memory than is free; left out`);
            continue;
          }
          note(`nest, ${form}: ${count} copies`);
          const given = {
            crac,
            image: images[form],
            port: PORT,
            path: program.path,
            count,
            firstPort: PORT + 10,
          };
          results.copies[form] ??= [];
          results.copies[form].push(await measureCopies({ ...given, env: environment }));
          await pause(200);
        }
      }
    }
    rmSync(directory, { recursive: true });
  }
  note('floors');
  results.floor = await floors();
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/restore.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(report(results));
  if (process.argv.includes('--docs')) writeDocs(root, results);
}

main().finally(() => rmSync(work, { recursive: true, force: true }));
