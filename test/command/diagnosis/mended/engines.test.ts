import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { downloadWithApt } from '../../../../src/command/engines/criu/install/apt-download.ts';
import { assemble } from '../../../../src/command/engines/criu/install/assemble.ts';
import { freePorts } from '../../../support/ports.ts';
import { impossible } from '../engine.ts';
import { type Explain, mended } from './case.ts';
import { Desk } from './desk.ts';
import { IDLE } from './programs.ts';

/** Engines of older releases of the distribution, on this kernel. */

const directory = await mkdtemp(join(tmpdir(), 'crac-engines-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Older {
  path: string;
  version: string;
}

/** Downloads the oldest engine that the archive has from this version on; a sentence where it cannot be had. */
async function older(minimum: string): Promise<Older | string> {
  if (impossible !== undefined) return impossible;
  const place = join(directory, minimum);
  try {
    const { packages, version } = await downloadWithApt(
      join(place, 'apt'),
      { minimum, reason: '' },
      () => {},
    );
    await assemble(packages, join(place, 'root'), join(place, 'tree'), join(place, 'tree'));
    return { path: join(place, 'tree/bin/criu'), version };
  } catch (error) {
    return `the archive cannot be asked for an older engine: ${(error as Error).message.split('\n')[0]}`;
  }
}

const [before, between] = [await older('3'), await older('4.1')];

/** Says why an engine cannot show its failure here, if so: it must be older than the one that mended it. */
function why(engine: Older | string, mendedIn: string, kernel: string): string | undefined {
  if (typeof engine === 'string') return engine;
  const number = (text: string): number => {
    const [major = 0, minor = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
    return major * 1000 + minor;
  };
  if (number(engine.version) >= number(mendedIn)) return `the archive has only CRIU ${engine.version}`;
  return number(release()) < number(kernel) ? `needs a kernel of ${kernel} or later` : undefined;
}

/** Dumps with an older engine, and, after the printed command, with the one that it brings. */
async function withNewer(desk: Desk, code: string, engine: Older, explained: Explain): Promise<void> {
  const program = await desk.program(code);
  const old = new Desk(engine.path);
  try {
    const { remedy } = explained(await old.dump(program.pid));
    await desk.done(remedy.split('\n')[0] as string);
  } finally {
    await old.close();
  }
  const { used } = JSON.parse(await desk.done('crac engine --json')) as { used: { path: string } };
  const newer = new Desk(used.path);
  try {
    await newer.dumped(program);
  } finally {
    await newer.close();
  }
}

mended(
  'CRIU_TOO_OLD_VDSO',
  "G2: Debian 12's CRIU on a kernel of 6.13 or later",
  'crac engine install',
  (desk, explained) => withNewer(desk, IDLE, before as Older, explained),
  why(before, '4.1', '6.13'),
);

mended(
  'CRIU_SOCKET_OPTIONS',
  "Debian 13's CRIU on a kernel of 6.16 or later, and a listening socket",
  'crac engine install',
  async (desk, explained) =>
    withNewer(
      desk,
      `require('net').createServer().listen(${await freePorts()}, '127.0.0.1', ready)`,
      between as Older,
      explained,
    ),
  why(between, '4.2', '6.16'),
);
