// What all parts share: the command, a place of their own, the images that were made already.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { makeImage } from './images.mjs';
import { programs } from './programs.mjs';

export const root = join(import.meta.dirname, '..');

/** Returns the programs of `--programs=NAME,…`. */
const chosen = () =>
  process.argv
    .find((word) => word.startsWith('--programs='))
    ?.slice('--programs='.length)
    .split(',');

export function makeContext(quick) {
  const work = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'crac-bench-'));
  const port = Number(process.env.BENCH_PORT ?? 20920);
  // On a tmpfs, as /run is on most machines: on a disk each file of a record takes as long as a hundred other calls.
  const memory = existsSync('/dev/shm') ? '/dev/shm' : work;
  const runtime = mkdtempSync(join(memory, 'crac-bench-'));
  // The figures beside it are of CRIU; bench/engines.mjs compares the two.
  const env = { CRAC_ENGINE: 'criu', ...process.env, PORT: String(port), CRAC_RUNTIME_DIR: runtime };
  const crac = join(root, 'bin/crac');
  const criu = JSON.parse(execFileSync(crac, ['engine', '--json'], { env })).used;
  const images = new Map();
  const context = {
    quick,
    /** Before what is measured: `--realtime` takes it out of the queue for a processor, where others work too. */
    prefix: process.argv.includes('--realtime') ? ['chrt', '-f', '20'] : [],
    work,
    port,
    env,
    crac,
    criu: criu.path,
    programs: programs({ quick, only: chosen(), place: join(work, 'programs') }),
    note: (text) => process.stderr.write(`bench: ${text}\n`),
    /** Returns an image, which is made once: `{ form: 'cow' | 'plain' | 'by-hand', requests, node }`. */
    async image(program, how = {}) {
      const key = JSON.stringify([program.name, how]);
      if (!images.has(key))
        images.set(key, await makeImage(context, program, how, join(work, `image-${images.size}`)));
      return images.get(key);
    },
    machine: () => ({
      date: new Date().toISOString().slice(0, 10),
      cpus: cpus().length,
      cpu: cpus()[0]?.model,
      memory: totalmem(),
      kernel: release(),
      load: loadavg()[0],
      node: process.version,
      criu: criu.version,
      quick,
    }),
    close() {
      for (const each of [work, runtime]) rmSync(each, { recursive: true, force: true });
    },
  };
  return context;
}

/** Measures that part alone, for `node bench/PART.mjs [--quick] [--programs=NAME,…]`. */
export async function runAlone(url, { measure, table }) {
  if (!url.endsWith(relative(root, process.argv[1] ?? '')) || !process.argv[1]) return;
  const context = makeContext(process.argv.includes('--quick'));
  try {
    const result = await measure(context);
    process.stdout.write(`${table(result)}\n`);
    process.stderr.write(`${JSON.stringify(result)}\n`);
  } finally {
    context.close();
  }
}

export const manifestOf = (image) => JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));
