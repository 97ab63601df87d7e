import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bench, explained, impossible, until } from './engine.ts';

/** Each failure is made by the engine itself, and what `explain` advises is then done, where a test can do it. */
const PORT = 20810;
let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

const has = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(impossible)(`checkpoints with CRIU itself${impossible ? `: ${impossible}` : ''}`, () => {
  test('an open TCP connection', async () => {
    const program = await bench.program(`require('net').createServer().listen(${PORT}, '127.0.0.1', ready)`);
    const client = connect(PORT, '127.0.0.1');
    await new Promise((resolve) => client.on('connect', resolve));
    const failed = await bench.dump(program.pid, ['--network-lock', 'skip']);
    expect(explained(failed)).toMatchObject({
      codes: ['CRIU_TCP_CONNECTED'],
      diagnosis: { findings: [{ confidence: 'certain', phase: 'checkpoint' }] },
    });
    client.on('error', () => {});
    await bench.dumped(program, ['--tcp-close', '--network-lock', 'skip']);
    client.destroy();
  });

  test('a connection that waits to be accepted', async () => {
    const program = await bench.program(
      `require('net').createServer().listen(${PORT + 1}, '127.0.0.1', () => {
        ready(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      })`,
    );
    const client = connect(PORT + 1, '127.0.0.1');
    client.on('error', () => {});
    await new Promise((resolve) => client.on('connect', resolve));
    expect(explained(await bench.dump(program.pid)).codes).toEqual(['CRIU_TCP_IN_FLIGHT']);
    await bench.dumped(program, ['--skip-in-flight']);
    client.destroy();
  });

  test('a unix socket to a program outside', async () => {
    const path = bench.path('outside.sock');
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const program = await bench.program(
      `const c = require('net').connect(${JSON.stringify(path)}, ready);
       process.on('SIGUSR2', () => { c.destroy(); setInterval(() => {}, 1000); c.on('close', ready); });`,
    );
    expect(explained(await bench.dump(program.pid)).codes).toEqual(['CRIU_UNIX_EXTERNAL']);
    const gone = new Promise((resolve) => accepted[0]?.on('close', resolve));
    accepted[0]?.resume();
    process.kill(program.pid, 'SIGUSR2');
    await gone;
    await bench.dumped(program);
    server.close();
  });

  test('a deleted file that is too large', async () => {
    const path = bench.path('big');
    const program = await bench.program(
      `const fs = require('fs'); const fd = fs.openSync(${JSON.stringify(path)}, 'w+');
       fs.writeSync(fd, Buffer.alloc(2 << 20, 1)); fs.fsyncSync(fd); fs.unlinkSync(${JSON.stringify(path)});
       setInterval(() => {}, 1000); ready()`,
    );
    const failed = explained(await bench.dump(program.pid));
    expect(failed.codes).toEqual(['CRIU_GHOST_SIZE']);
    expect(failed.diagnosis.findings[0]?.cause).toContain('its 2097152 bytes');
    await bench.dumped(program, ['--ghost-limit', '100M']);
  });

  test('a deleted file with another name', async () => {
    const path = bench.path('first');
    const program = await bench.program(
      `const fs = require('fs'); const path = ${JSON.stringify(path)}; fs.openSync(path, 'w+');
       fs.linkSync(path, path + '-second'); fs.unlinkSync(path); setInterval(() => {}, 1000); ready()`,
    );
    expect(explained(await bench.dump(program.pid)).codes).toEqual(['CRIU_LINK_REMAP']);
    await bench.dumped(program, ['--link-remap']);
  });

  test.skipIf(!has('flock'))('file locks', async () => {
    const program = bench.start('flock', [bench.path('lock'), 'sleep', '600'], {
      detached: true,
      stdio: 'ignore',
    });
    await until(() => has('true') && locks().includes(String(program.pid)), 'the lock');
    expect(explained(await bench.dump(program.pid)).codes).toEqual(['CRIU_FILE_LOCKS']);
    await bench.dumped(program, ['--file-locks']);
  });

  test('a process that is in the session of somebody else', async () => {
    const program = bench.start('setsid', [
      '-w',
      'sh',
      '-c',
      'sleep 600 </dev/null >/dev/null 2>&1 & echo $!; wait',
    ]);
    const [, pid] = await program.line(/^(\d+)/m);
    expect(explained(await bench.dump(Number(pid))).codes[0]).toBe('CRIU_NOT_SESSION_LEADER');
    expect((await bench.dump(Number(pid), ['--shell-job'])).code).toBe(0);
  });

  test.skipIf(!has('script'))('a terminal of somebody else', async () => {
    const marker = bench.path('pid');
    const terminal = bench.start('script', [
      '-qec',
      `sh -c 'echo $$ >${marker}; exec sleep 600'`,
      '/dev/null',
    ]);
    await until(() => has('true') && readPid(marker) > 0, 'the program on the terminal');
    const pid = readPid(marker);
    expect(explained(await bench.dump(pid)).codes).toEqual(['CRIU_TTY_OUTSIDE']);
    expect((await bench.dump(pid, ['--shell-job'])).code).toBe(0);
    await terminal.ended;
  });

  test.skipIf(!has('strace'))('a tracer', async () => {
    const program = await bench.program('setInterval(() => {}, 1000); ready()');
    const tracer = bench.start('strace', ['-o', '/dev/null', '-p', String(program.pid)]);
    await until(() => /TracerPid:\s+[1-9]/.test(status(program.pid)), 'strace to attach');
    const failed = explained(await bench.dump(program.pid));
    expect(failed.codes).toEqual(['CRIU_TRACED']);
    expect(failed.diagnosis.findings[0]?.remedies[0]?.command).toBe(
      `grep TracerPid /proc/${program.pid}/status`,
    );
    tracer.child.kill('SIGINT');
    await tracer.ended;
    await bench.dumped(program);
  });

  test('a child with a namespace of its own', async () => {
    const program = await bench.program(
      `const c = require('child_process').spawn('unshare', ['--ipc', 'sleep', '600'], { stdio: 'ignore' });
       const own = require('fs').readlinkSync('/proc/self/ns/ipc');
       const timer = setInterval(() => {
         if (require('fs').readlinkSync('/proc/' + c.pid + '/ns/ipc') !== own) { ready(); clearInterval(timer); }
       }, 10);
       process.on('SIGUSR2', () => { c.on('exit', () => { ready(); setInterval(() => {}, 1000); }); c.kill('SIGKILL'); })`,
    );
    const failed = explained(await bench.dump(program.pid));
    expect(failed.codes).toEqual(['CRIU_NESTED_NAMESPACE']);
    expect(failed.diagnosis.findings[0]?.cause).toContain('(ipc)');
    process.kill(program.pid, 'SIGUSR2');
    await until(() => children(program.pid).trim() === '', 'the child to end');
    await bench.dumped(program);
  });

  test('a device', async () => {
    const device = '/dev/fuse';
    const program = await bench.program(
      `require('fs').openSync('${device}', 'r+'); setInterval(() => {}, 1000); ready()`,
    );
    const failed = explained(await bench.dump(program.pid));
    expect(failed.codes).toEqual(['CRIU_FD_UNSUPPORTED']);
    expect(failed.diagnosis.findings[0]?.cause).toMatch(/is a chr \(10:229\)/);
  });

  test('the program that asks is itself the one to be dumped', async () => {
    const directory = bench.path('self');
    mkdirSync(directory);
    const { stdout } = await bench.criu(
      [],
      [
        'sh',
        '-c',
        `"$0" dump -t $$ -D ${directory} -v1 --shell-job 2>&1; cat ${directory}/*.log 2>/dev/null; :`,
      ],
    );
    expect(explained({ code: 1, directory, log: stdout }).codes).toEqual(['CRIU_INSIDE_TREE']);
  });

  test('no such process', async () => {
    const failed = explained(await bench.dump(4194000));
    expect(failed.codes).toEqual(['CRIU_NO_SUCH_PROCESS']);
  });

  test('a full disk', async () => {
    const program = await bench.program('setInterval(() => {}, 1000); ready()');
    const small = bench.path('small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'small', small]);
    try {
      const work = bench.path('elsewhere');
      mkdirSync(work);
      const log = join(work, 'dump.log');
      await bench.criu(['dump', '-t', String(program.pid), '-D', small, '-o', log, '-v4']);
      expect(explained({ code: 1, directory: small, log: text(log) }).codes[0]).toBe('CRIU_DISK_FULL');
    } finally {
      execFileSync('umount', [small]);
    }
    await bench.dumped(program);
  });

  test.skipIf(!has('setpriv'))('no privilege', async () => {
    const program = await bench.program('setInterval(() => {}, 1000); ready()');
    const failed = await bench.dump(
      program.pid,
      [],
      ['setpriv', '--reuid', '65534', '--clear-groups', '--inh-caps=-all'],
    );
    expect(explained(failed).codes).toEqual(['CRIU_NO_PRIVILEGE']);
    await bench.dumped(program);
  });

  test('a PID namespace without its first process', async () => {
    const outer = bench.start('unshare', [
      '--pid',
      '--fork',
      'sh',
      '-c',
      'setsid sleep 600 </dev/null >/dev/null 2>&1 & wait',
    ]);
    await until(() => grandchild(outer.pid) !== undefined, 'the process inside');
    const pid = grandchild(outer.pid) as number;
    expect(explained(await bench.dump(pid)).codes[0]).toBe('CRIU_PIDNS_WITHOUT_INIT');
    process.kill(pid, 'SIGKILL');
    await outer.ended;
  });

  test('io_uring of Node 22 and later', async ({ skip }) => {
    const node = newerNode();
    if (!node) skip('no Node 22 or later here that makes rings');
    const program = await bench.program('setInterval(() => {}, 1000); ready()', {
      node: node as string,
      preload: false,
    });
    const failed = explained(await bench.dump(program.pid));
    expect(failed.codes).toEqual(['CRIU_IO_URING']);
    const mended = await bench.program('setInterval(() => {}, 1000); ready()', { node: node as string });
    await bench.dumped(mended);
  });
});

const text = (path: string): string => execFileSync('cat', [path], { encoding: 'utf8' });
const status = (pid: number): string => text(`/proc/${pid}/status`);
const children = (pid: number): string => text(`/proc/${pid}/task/${pid}/children`);
const locks = (): string => text('/proc/locks');

function readPid(path: string): number {
  try {
    return Number(text(path));
  } catch {
    return 0;
  }
}

/** unshare -> sh -> sleep, once the last has its own session. */
function grandchild(pid: number): number | undefined {
  try {
    const inner = Number(children(pid).trim());
    const last = Number(children(inner).trim().split(' ')[0]);
    return inner && last && text(`/proc/${last}/comm`).trim() === 'sleep' ? last : undefined;
  } catch {
    return undefined;
  }
}

function newerNode(): string | undefined {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  try {
    const apps = JSON.parse(
      execFileSync(process.execPath, ['scripts/apps.mjs', '--json', 'node24'], { encoding: 'utf8' }),
    );
    return apps.node24 as string;
  } catch {
    return undefined;
  }
}
