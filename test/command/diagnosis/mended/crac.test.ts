import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, type Ended, get, ROOT, type Running } from '../../../support/crac.ts';
import { freePorts } from '../../../support/ports.ts';
import { mended, produced } from './case.ts';
import type { Desk } from './desk.ts';
import { compiled, IDLE } from './programs.ts';

/** Failures of images that `crac` made, told by `crac` itself or by `crac explain IMAGE`. */

const PORT = await freePorts(10);

const app = (port: number): string =>
  `require('http').createServer((q, r) => r.end('hello')).listen(${port}, '127.0.0.1', () => console.log('up'));`;

/** Starts app.js by `crac run`, with more words before it. */
async function running(desk: Desk, port: number, ...words: string[]): Promise<Running> {
  writeFileSync(desk.path('app.js'), app(port));
  const program = desk.start(CRAC, ['run', '--image', desk.path('image'), ...words, 'app.js']);
  await program.line(/up/);
  return program;
}

async function imageOf(desk: Desk, port: number, ...words: string[]): Promise<string> {
  const program = await running(desk, port, ...words);
  await desk.done(`crac checkpoint ${desk.path('image')}`);
  await program.ended;
  return desk.path('image');
}

const told = ({ stdout, stderr }: Ended): string => stdout + stderr;

/** Restores with this command, and asks the program. */
async function works(desk: Desk, command: string, port: number): Promise<void> {
  const restored = desk.start('sh', ['-c', `exec ${command}`], {
    env: { PATH: `${desk.bin}:${process.env.PATH}` },
  });
  try {
    expect(await get(port, '/', 10)).toBe('hello');
  } catch (error) {
    throw new Error(`${command}: ${restored.stdout()}${restored.stderr()}`, { cause: error });
  }
  restored.child.kill('SIGTERM');
  await restored.ended;
}

mended('CRAC_PORT_TAKEN', 'a port that is taken', 'crac restore IMAGE --listen', async (desk, explained) => {
  const image = await imageOf(desk, PORT);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(PORT, '127.0.0.1', resolve));
  const { remedy } = explained(told(await desk.sh(`crac restore ${image}`)));
  await works(desk, remedy.replace('IMAGE', image), PORT + 1);
  await new Promise((resolve) => other.close(resolve));
});

mended(
  'CRAC_IMAGE_TRUNCATED',
  'an image that was not copied whole',
  'Copy the image again, whole',
  async (desk, explained) => {
    const image = await imageOf(desk, PORT + 2);
    cpSync(image, `${image}.whole`, { recursive: true });
    truncateSync(join(image, 'files.img'), 3);
    explained(await desk.done(`crac explain --json ${image}`).then(evidence));
    cpSync(`${image}.whole`, image, { recursive: true, force: true });
    await works(desk, `crac restore ${image}`, PORT + 2);
  },
);

mended(
  'CRAC_CONF_DAMAGED',
  'a restore.conf that is cut off',
  'crac checkpoint DIR',
  async (desk, explained) => {
    const image = await imageOf(desk, PORT + 3);
    const conf = join(image, 'restore.conf');
    writeFileSync(conf, readFileSync(conf, 'utf8').slice(0, -9));
    explained(told(await desk.sh(`crac restore ${image}`)));
    rmSync(image, { recursive: true });
    await imageOf(desk, PORT + 3);
    await works(desk, `crac restore ${image}`, PORT + 3);
  },
);

mended(
  'CRAC_NODE_CHANGED',
  'another Node at the path of the one in the image',
  'crac checkpoint DIR',
  async (desk, explained) => {
    const node = desk.path('bin', 'node');
    copyFileSync(process.execPath, node);
    chmodSync(node, 0o755);
    const image = await imageOf(desk, PORT + 4, '--node', node);
    await desk.done(
      `cat ${node} /dev/null >${node}.new; printf x >>${node}.new; chmod 755 ${node}.new; mv ${node}.new ${node}`,
    );
    explained(await desk.done(`crac explain --json ${image}`).then(evidence));
    rmSync(image, { recursive: true });
    await imageOf(desk, PORT + 4, '--node', node);
    await works(desk, `crac restore ${image}`, PORT + 4);
  },
);

// What is printed looks, or makes an image anew: the test puts back what was there, which no command can print.
produced(
  'CRAC_ENGINE_MISSING',
  'an engine that was removed after the checkpoint',
  async (desk, explained) => {
    const engine = desk.path('engine');
    copyFileSync(desk.criuBinary, engine);
    chmodSync(engine, 0o755);
    process.env.CRAC_CRIU_PATH = engine;
    let image: string;
    try {
      image = await imageOf(desk, PORT + 5);
    } finally {
      delete process.env.CRAC_CRIU_PATH;
    }
    renameSync(engine, `${engine}.away`);
    explained(told(await desk.sh(`crac restore ${image}`)));
    renameSync(`${engine}.away`, engine);
    await works(desk, `crac restore ${image}`, PORT + 5);
  },
);

mended(
  'CRAC_IMAGE_UNFINISHED',
  'an image of plain CRIU given to crac',
  'criu restore -D DIR',
  async (desk, explained) => {
    const image = await desk.dumped(await desk.program(IDLE));
    rmSync(join(image, 'dump.log'));
    const { remedy } = explained(await desk.done(`crac explain --json ${image}`).then(evidence));
    await desk.restoresAs(remedy.replace('-D DIR', ''), image);
  },
);

mended(
  'CRAC_NAMESPACE',
  'a seccomp profile that refuses namespaces',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    writeFileSync(desk.path('app.js'), app(PORT + 6));
    const profile = [compiled(desk, 'forbid'), 'unshare=EPERM', '--'];
    const words = ['run', '--engine', 'criu', '--image', desk.path('image'), 'app.js'];
    explained(told(await desk.start(profile[0] as string, [...profile.slice(1), CRAC, ...words]).ended));
    await works(desk, `crac ${words.join(' ')}`, PORT + 6);
  },
);

mended(
  'CRIU_DISK_FULL',
  'a full disk under the image of crac',
  'crac checkpoint TARGET --image /other/disk/image',
  async (desk, explained) => {
    const small = desk.path('small');
    mkdirSync(small);
    await desk.done(`mount -t tmpfs -o size=400k small ${small}`);
    try {
      writeFileSync(desk.path('app.js'), app(PORT + 7));
      const program = desk.start(CRAC, ['run', '--image', `${small}/image`, 'app.js']);
      await program.line(/up/);
      const { remedy } = explained(told(await desk.sh(`crac checkpoint ${small}/image`)));
      const image = desk.path('elsewhere');
      await desk.done(remedy.replace('TARGET', `${small}/image`).replace('/other/disk/image', image));
      await program.ended;
      await works(desk, `crac restore ${image}`, PORT + 7);
    } finally {
      await desk.done(`umount -l ${small}`);
    }
  },
);

mended(
  'CRIU_FILE_LOCK_TAKEN',
  'a lock that somebody else took, for which CRIU waits without a word',
  'End the process that holds it',
  async (desk, explained) => {
    const lock = desk.path('lock');
    writeFileSync(
      desk.path('app.js'),
      `require('child_process').spawn('flock', ['${lock}', 'sleep', '600'], { stdio: 'ignore' });
       const timer = setInterval(() => {
         if (require('child_process').spawnSync('flock', ['-n', '${lock}', 'true']).status !== 1) return;
         clearInterval(timer); ${app(PORT + 9)}
       }, 20);`,
    );
    const program = desk.start(CRAC, ['run', '--image', desk.path('image'), 'app.js']);
    await program.line(/up/);
    await desk.done(`crac checkpoint ${desk.path('image')}`);
    await program.ended;
    const holder = desk.start('flock', [lock, 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await desk.done(`while flock -n ${lock} true; do sleep 0.02; done`);
    const { finding } = explained(told(await desk.sh(`crac restore --timeout 2 ${desk.path('image')}`)));
    expect(finding.cause).toContain(`(on ${lock}) cannot be taken again`);
    expect(finding.cause).toContain(`has it (flock, PID ${holder.pid})`);
    holder.child.stdin?.end();
    await holder.ended;
    await works(desk, `crac restore ${desk.path('image')}`, PORT + 9);
  },
);

mended(
  'CRIU_IO_URING',
  'Node 24, which has io_uring rings',
  'crac run --image DIR app.js',
  async (desk, explained) => {
    const node = newerNode() as string;
    const bare = await desk.program(IDLE, { node, preload: false });
    explained(await desk.dump(bare.pid));
    const image = await imageOf(desk, PORT + 8, '--node', node);
    await works(desk, `crac restore ${image}`, PORT + 8);
  },
  newerNode() === undefined ? 'no Node 24 can be had here' : undefined,
);

/** The lines that `crac explain --json IMAGE` told by. */
const evidence = (json: string): string =>
  (JSON.parse(json) as { findings: { evidence: string }[] }).findings
    .map((finding) => finding.evidence)
    .join('\n');

function newerNode(): string | undefined {
  try {
    const names = execFileSync(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', 'node24'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return (JSON.parse(names) as { node24: string }).node24;
  } catch (error) {
    if ((error as { status?: number }).status === undefined) throw error;
    return undefined; // npm could not bring it
  }
}
