import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALONE } from '../engine.ts';
import { criu, mended, produced } from './case.ts';
import type { Desk } from './desk.ts';
import { IDLE } from './programs.ts';

/** The image's directory and files, and what the engine is asked for. */

const idle = async (desk: Desk): Promise<string> => desk.dumped(await desk.program(IDLE));

/** An image and a whole copy of it. */
async function withCopy(desk: Desk): Promise<{ image: string; copyBack(): void }> {
  const image = await idle(desk);
  cpSync(image, `${image}.whole`, { recursive: true });
  return { image, copyBack: () => cpSync(`${image}.whole`, image, { recursive: true, force: true }) };
}

const half = (path: string): void => truncateSync(path, Math.min(6, Math.floor(statSync(path).size / 2)));

/** Why a failure to track memory cannot be made here, if so. */
function tracksMemory(): string | undefined {
  const { status } = spawnSync(criu?.path ?? 'criu', ['check', '--feature', 'mem_dirty_track']);
  return status === 0 ? 'this kernel tracks memory' : undefined;
}

mended(
  'CRIU_IMAGE_TRUNCATED',
  'a truncated pstree.img',
  'Copy the image again, whole',
  async (desk, explained) => {
    const { image, copyBack } = await withCopy(desk);
    half(join(image, 'pstree.img'));
    explained(await desk.restore(image));
    copyBack();
    await desk.restores(image);
  },
);

mended(
  'CRIU_IMAGE_TRUNCATED',
  'a truncated inventory.img',
  'Copy the image again, whole',
  async (desk, explained) => {
    const { image, copyBack } = await withCopy(desk);
    half(join(image, 'inventory.img'));
    explained(await desk.restore(image));
    copyBack();
    await desk.restores(image);
  },
);

mended(
  'CRIU_IMAGE_TRUNCATED',
  'a truncated files.img',
  'Copy the image again, whole',
  async (desk, explained) => {
    const { image, copyBack } = await withCopy(desk);
    half(join(image, 'files.img'));
    explained(await desk.restore(image));
    copyBack();
    await desk.restores(image);
  },
);

mended(
  'CRIU_IMAGE_TRUNCATED',
  'a truncated pages-1.img, at which CRIU never ends',
  'Copy the image again, whole',
  async (desk, explained) => {
    const { image, copyBack } = await withCopy(desk);
    truncateSync(join(image, 'pages-1.img'), 6);
    explained(await desk.restore(image, [], ['timeout', '-s', 'KILL', '1', ...ALONE]));
    copyBack();
    await desk.restores(image);
  },
);

// What is printed looks, or makes an image anew: the test puts back what was there, which no command can print.
produced('CRIU_IMAGE_MISSING', 'the directory above the image', async (desk, explained) => {
  const image = await idle(desk);
  explained(await desk.restore(desk.directory));
  await desk.restores(image);
});

// What is printed looks, or makes an image anew: the test puts back what was there, which no command can print.
produced('CRIU_IMAGE_MISSING', 'a file of the image is missing', async (desk, explained) => {
  const image = await idle(desk);
  const core = join(image, 'core-*.img');
  await desk.done(`mkdir ${image}/away && mv ${core} ${image}/away/`);
  explained(await desk.restore(image));
  await desk.done(`mv ${image}/away/* ${image}/`);
  await desk.restores(image);
});

// What is printed looks, or makes an image anew: the test puts back what was there, which no command can print.
produced('CRIU_IMAGE_MISSING', 'no directory', async (desk, explained) => {
  const image = await idle(desk);
  renameSync(image, `${image}.away`);
  explained(await desk.restore(image));
  renameSync(`${image}.away`, image);
  await desk.restores(image);
});

mended(
  'CRIU_IMAGE_DENIED',
  'an image in a directory that is read-only',
  'write where you may',
  async (desk, explained) => {
    const fixed = desk.path('fixed');
    mkdirSync(fixed);
    const program = await desk.program(IDLE);
    await desk.done(`mount --bind ${fixed} ${fixed} && mount -o remount,bind,ro ${fixed}`);
    try {
      const { code, stdout, stderr } = await desk.criu([
        'dump',
        '-t',
        String(program.pid),
        '-D',
        fixed,
        '-o',
        'dump.log',
      ]);
      explained({ code, directory: fixed, log: stdout + stderr });
      await desk.dumped(program);
    } finally {
      await desk.done(`umount -l ${fixed}`);
    }
  },
);

mended('CRIU_DISK_FULL', 'a full disk', 'write the image elsewhere', async (desk, explained) => {
  const small = desk.path('small');
  mkdirSync(small);
  await desk.done(`mount -t tmpfs -o size=300k small ${small}`);
  try {
    const program = await desk.program(IDLE);
    const log = desk.path('dump.log');
    const { code } = await desk.criu(['dump', '-t', String(program.pid), '-D', small, '-o', log, '-v4']);
    explained({ code, directory: small, log: readFileSync(log, 'utf8') });
    await desk.dumped(program);
  } finally {
    await desk.done(`umount -l ${small}`);
  }
});

mended('CRIU_PIDFILE', 'a PID file that exists', 'rm ', async (desk, explained) => {
  const image = await idle(desk);
  const file = desk.path('app.pid');
  writeFileSync(file, '1');
  const { remedy } = explained(await desk.restore(image, ['--pidfile', file]));
  await desk.done(remedy);
  await desk.restores(image, ['--pidfile', file]);
});

mended(
  'CRIU_TRACK_MEM',
  'a dump in steps on a kernel that does not track memory',
  'Dump in one step',
  async (desk, explained) => {
    const program = await desk.program(IDLE);
    const { finding } = explained(await desk.dump(program.pid, ['--track-mem']));
    await desk.dumpsAs(finding.remedies[0]?.command ?? '', program);
  },
  tracksMemory(),
);

mended(
  'CRIU_NO_MEMORY',
  'a limit that is lower than the memory of the program',
  'Raise the limit to that of the checkpoint',
  async (desk, explained) => {
    const image = await idle(desk);
    const limited = ['sh', '-c', 'ulimit -v 100000; exec "$0" "$@"'];
    explained(await desk.restore(image, [], [...ALONE, ...limited]));
    await desk.restores(image);
  },
);

mended('CRIU_OPTION', 'an option that this engine does not have', 'criu --help', async (desk, explained) => {
  const program = await desk.program(IDLE);
  const { remedy } = explained(await desk.dump(program.pid, ['--tcp-closed']));
  // The help that is printed has the right one.
  const [, option = ''] = (await desk.done(remedy)).match(/(--tcp-close)\b/) ?? [];
  await desk.dumped(program, [option]);
});
