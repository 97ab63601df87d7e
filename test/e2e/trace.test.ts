import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { ASKED_FOR } from '../../src/shared/trace-stack.ts';
import { CRAC, ROOT } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { startWith } from '../support/streams.ts';
import { brief, compile, lineOf, own, skipped, tracedBy, whole } from '../support/traced.ts';

const FIXTURES = join(ROOT, 'test/fixtures/trace');
const JAVA = join(ROOT, 'test/fixtures/java');
const PORT = await freePorts(5);
const why = missing('strace');
const noJava = missing('javac', 'openjdk-17-jdk-headless');
const noLines = missing('addr2line', 'binutils');

const addon = (): string =>
  compile(
    join(FIXTURES, 'addon.c'),
    'addon.node',
    '-shared',
    '-fPIC',
    '-I',
    join(ROOT, 'node_modules/node-api-headers/include'),
  );

/** A report's text without what differs between runs and machines. */
const settled = (text: string): string =>
  text
    .replace(/process \d+/g, 'process PID')
    .replace(/\(\d+\)$/gm, '(TID)')
    .replace(/at \d\d:\d\d:\d\d\.\d{3}/g, 'at TIME')
    .replace(/\+0x[0-9a-f]+/g, '+ADDRESS')
    .replace(/\[\d+\]/g, '[INODE]')
    .replace(/\(and \d+ that/, '(and N that')
    // How libc calls main differs between versions of it.
    .replace(/^ +native (_start|__libc_).*\n/gm, '')
    .replaceAll(place.directory, 'PLACE')
    .replaceAll(FIXTURES, 'FIXTURES');

describe.skipIf(why)(`G9: crac trace${skipped(why)}`, () => {
  test.skipIf(noLines)(`a program in C: who opened what is still open${skipped(noLines)}`, async () => {
    const program = compile(join(FIXTURES, 'leaks.c'), 'leaks');
    const { code, stdout, stderr } = await place.crac('trace', '--', program);
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'all leaked\n' });
    expect(
      settled(stderr),
    ).toBe(`process PID, PLACE/leaks, exited with 3, with 5 descriptors open (and N that it was given or that its runtime needs: --all)
    3  file  /etc/hostname
       by openat at TIME in thread leaks (TID)
         native leak_file (leaks+ADDRESS) at FIXTURES/leaks.c:9
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:34
    4  pipe  pipe:[INODE]
       by pipe2 at TIME in thread leaks (TID)
         native leak_pipe (leaks+ADDRESS) at FIXTURES/leaks.c:16
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:35
    5  pipe  pipe:[INODE]
       by pipe2 at TIME in thread leaks (TID)
         native leak_pipe (leaks+ADDRESS) at FIXTURES/leaks.c:16
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:35
    6  eventfd  anon_inode:[eventfd]
       by eventfd2 at TIME in thread leaks (TID)
         native leak_eventfd (leaks+ADDRESS) at FIXTURES/leaks.c:21
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:36
    7  socket  TCP:[INODE]
       by socket at TIME in thread leaks (TID)
         native leak_socket (leaks+ADDRESS) at FIXTURES/leaks.c:26
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:37
`);
  });

  test('a Node program: the JavaScript line, and the function of its addon', async () => {
    const ended = await place.crac('trace', '--json', join(FIXTURES, 'leaks.cjs'), addon(), String(PORT));
    expect(ended).toMatchObject({ code: 4, stderr: '' });
    expect(ended.stdout).toMatch(/^all leaked\n\{/);
    const natively = ['leaks.cjs:18:15'];
    const found = own(ended);
    expect(found.map(brief)).toEqual([
      { kind: 'file', what: '/etc/hostname', at: ['leakFile (leaks.cjs:5:13)', 'leaks.cjs:17:1'] },
      { kind: 'eventfd', what: 'anon_inode:[eventfd]', at: natively },
      { kind: 'pipe', what: 'pipe:[N]', at: natively },
      { kind: 'pipe', what: 'pipe:[N]', at: natively },
      { kind: 'socket', what: `TCP:[127.0.0.1:N], listens`, at: [ASKED_FOR, 'leaks.cjs:20:8'] },
      { kind: 'file', what: '/etc/passwd', at: ['leakLater (leaks.cjs:9:6)', 'leaks.cjs:21:3'] },
      {
        kind: 'socket',
        what: `TCP connected to 127.0.0.1:N`,
        at: [ASKED_FOR, 'leakConnection (leaks.cjs:13:14)', 'leaks.cjs:22:5'],
      },
      { kind: 'socket', what: 'TCP:[127.0.0.1:N->127.0.0.1:N]', at: [] },
    ]);
    const eventfd = found[1]?.opened?.native[0];
    expect(eventfd).toMatchObject({ function: 'open_natively', library: place.path('addon.node') });
    expect(lineOf(eventfd?.source)).toBe(noLines ? '' : 'addon.c:10');
  });

  test.skipIf(noLines)(
    `a number through its life, and the whole report in a file${skipped(noLines)}`,
    async () => {
      const program = compile(join(FIXTURES, 'leaks.c'), 'leaks');
      const report = place.path('report.txt');
      const { code, stderr } = await place.crac('trace', '--fd', '3', '--report', report, '--', program);
      expect({ code, stderr }).toEqual({ code: 3, stderr: `crac: the report is in ${report}\n` });
      expect(settled(readFileSync(report, 'utf8'))).toBe(`process PID: opened 3, /etc/passwd
       by openat at TIME in thread leaks (TID)
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:31
process PID: closed 3, /etc/passwd
       by close at TIME in thread leaks (TID)
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:33
process PID: opened 3, /etc/hostname
       by openat at TIME in thread leaks (TID)
         native leak_file (leaks+ADDRESS) at FIXTURES/leaks.c:9
         native main (leaks+ADDRESS) at FIXTURES/leaks.c:34
`);
    },
  );

  test('a program in TypeScript, killed while its Worker has a file open', async () => {
    const script = place.path('leak.js');
    const { code } = await transform(
      `import { openSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';

function leak(path: string): number {
  return openSync(path);
}

if (parentPort) {
  leak('/etc/passwd');
  parentPort.postMessage('opened');
} else {
  leak('/etc/hostname');
  new Worker(__filename).on('message', () => process.kill(process.pid, 'SIGKILL'));
}
setInterval(() => {}, 1000);`,
      { loader: 'ts', format: 'cjs', sourcemap: 'inline', sourcefile: 'leak.ts', minify: true },
    );
    writeFileSync(script, code);
    const ended = await place.crac('trace', '--json', script);
    expect(ended.code).toBe(137);
    const found = own(ended).filter(({ kind }) => kind === 'file');
    expect(
      found.map((one) => [one.opened?.thread.name, one.what, brief(one).at?.[0]?.replace(/^.*\(/, '(')]),
    ).toEqual([
      ['the main thread', '/etc/hostname', '(leak.ts:5:10)'],
      ['Worker 1', '/etc/passwd', '(leak.ts:5:10)'],
    ]);
  });

  test('attached to a running program: what is opened from then on; it goes on', async () => {
    const script = place.path('server.cjs');
    writeFileSync(
      script,
      `const fs = require('node:fs');
fs.openSync('/etc/hostname');
console.log('ready');
process.on('SIGUSR2', () => console.log('opened', fs.openSync('/etc/passwd')));
setInterval(() => {}, 1000);`,
    );
    const program = place.start(process.execPath, [script]);
    await program.line(/ready/);
    const tracing = place.start(CRAC, ['trace', '--json', '--pid', String(program.pid)]);
    await tracedBy(program.pid);
    program.child.kill('SIGUSR2');
    await program.line(/opened \d+/);
    tracing.child.kill('SIGINT');
    const ended = await tracing.ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [only, ...more] = own(ended);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ kind: 'file', what: '/etc/passwd' });
    expect(only?.opened?.native.map((frame) => frame.function)).toContain('uv_fs_open');
    expect(whole(ended).descriptors).toContainEqual(
      expect.objectContaining({ what: '/etc/hostname', how: 'inherited' }),
    );
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  test.each([
    ['SIGINT', 7],
    ['SIGTERM', 8],
  ] as const)('%s ends the program by its own handler, and the report comes', async (signal, code) => {
    const script = place.path('server.cjs');
    writeFileSync(
      script,
      `require('node:fs').openSync('/etc/hostname');
process.on('SIGINT', () => process.exit(7));
process.on('SIGTERM', () => process.exit(8));
setInterval(() => {}, 1000);
console.log('ready');`,
    );
    const tracing = place.start(CRAC, ['trace', script]);
    await tracing.line(/ready/);
    tracing.child.kill(signal);
    const ended = await tracing.ended;
    expect(ended).toMatchObject({ code, stdout: 'ready\n' });
    expect(ended.stderr).toMatch(/file {2}\/etc\/hostname\n.*\n +at .*server\.cjs:1:/);
  });

  test('Ctrl-C at a terminal reaches the program once', async () => {
    const script = place.path('server.cjs');
    writeFileSync(
      script,
      `require('node:fs').openSync('/etc/hostname');
let times = 0;
process.on('SIGINT', () => { times++; setTimeout(() => { console.log('times', times); process.exit(7); }, 500); });
setInterval(() => {}, 1000);
console.log('ready');`,
    );
    const terminal = startWith(place, 'terminal', [CRAC, 'trace', script]);
    await terminal.line(/ready/);
    terminal.running.child.stdin?.write('\x03');
    const { code, output } = await terminal.running.ended.then(({ code }) => ({
      code,
      output: terminal.output(),
    }));
    expect(code).toBe(7);
    expect(output).toContain('times 1');
    expect(output).toMatch(/file {2}\/etc\/hostname/);
  });

  test('stacks by strace: of a static program, and of any other', async () => {
    const program = compile(join(FIXTURES, 'leaks.c'), 'leaks', '-static', '-fno-omit-frame-pointer');
    const fromStatic = await place.crac('trace', '--json', '--', program);
    expect(fromStatic.code).toBe(3);
    expect(own(fromStatic).map(({ kind, what }) => [kind, what.replace(/\d{4,}/, 'N')])).toEqual([
      ['file', '/etc/hostname'],
      ['pipe', 'pipe:[N]'],
      ['pipe', 'pipe:[N]'],
      ['eventfd', 'anon_inode:[eventfd]'],
      ['socket', 'TCP:[N]'],
    ]);
    for (const { opened } of own(fromStatic))
      expect(opened?.native[0]?.function).toMatch(/open|pipe|eventfd|socket/);
    const dynamic = compile(join(FIXTURES, 'leaks.c'), 'leaks', '-fno-omit-frame-pointer');
    const byStrace = await place.crac('trace', '--strace-stacks', '--json', '--', dynamic);
    const functions = own(byStrace).map(({ opened }) => opened?.native.map((frame) => frame.function));
    for (const stack of functions) expect(stack).toContain('main');
    expect(byStrace.stdout).not.toContain('/trace.so');
  });

  test('a time limit, a child process, and a program killed by a signal', async () => {
    const script = place.path('parent.cjs');
    writeFileSync(
      script,
      `require('node:child_process').spawn(process.execPath, [${JSON.stringify(join(FIXTURES, 'sleeper.cjs'))}], { stdio: 'inherit' });`,
    );
    const { code, stderr } = await place.crac('trace', '--seconds', '3', script);
    expect(code).toBe(143);
    expect(stderr).toMatch(/, killed by SIGTERM, with no descriptors open/);
    expect(stderr).toMatch(/file {2}\/etc\/passwd\n.*\n +at sleep \(.*sleeper\.cjs:4:\d+\)/);
  });

  test('under crac run, at the moment of a checkpoint; its garbage collection opens files, too', async () => {
    const script = place.path('app.cjs');
    writeFileSync(
      script,
      `require('node:fs').openSync('/etc/hostname');
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
console.log('ready');`,
    );
    const tracing = place.start(CRAC, ['trace', '--', CRAC, 'run', '--image', image, script]);
    await tracing.line(/ready/);
    // The engine cannot trace what is traced already; everything before that is done.
    const refused = await place.crac('checkpoint', image);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('CRIU_TRACED');
    tracing.child.kill('SIGTERM');
    const { code, stderr } = await tracing.ended;
    expect(code).toBe(0);
    const reports = stderr.split(/^at the checkpoint:\n/m);
    expect(reports).toHaveLength(2);
    const [atCheckpoint = '', atEnd = ''] = (reports[1] as string).split(
      /^(?=process \d+, \S*node, exited)/m,
    );
    for (const [report, state] of [
      [atCheckpoint, 'has 1 descriptor open'],
      [atEnd, 'exited with 0, with 1 descriptor open'],
    ] as const) {
      expect(report).toContain(state);
      expect(report).toMatch(/file {2}\/etc\/hostname\n.*the main thread.*\n +at .*app\.cjs:1:20\n/);
    }
  });

  test.skipIf(noJava)(
    `G14: a Java program: in Java code, and in a native library${skipped(noJava)}`,
    async () => {
      execFileSync('javac', ['-d', place.directory, join(JAVA, 'Leaks.java')]);
      const include = join(
        dirname(realpathSync(execFileSync('sh', ['-c', 'command -v javac'], { encoding: 'utf8' }).trim())),
        '../include',
      );
      const library = compile(
        join(JAVA, 'leaks.c'),
        'libleaks.so',
        '-shared',
        '-fPIC',
        '-I',
        include,
        '-I',
        `${include}/linux`,
      );
      const words = ['java', '-cp', place.directory, 'Leaks', library, String(PORT + 1)];
      const ended = await place.crac('trace', '--json', '--', ...words);
      expect(ended).toMatchObject({ code: 5, stderr: '' });
      const found = own(ended).map(({ kind, what, opened }) => ({
        kind,
        what: what.replace(/\d{4,}/g, 'N'),
        native: opened?.native[0],
        java: opened?.java.filter((frame) => frame.startsWith('Leaks.')),
      }));
      const called = (name: string, library: string) =>
        expect.objectContaining({ function: name, library: expect.stringContaining(library) });
      expect(found).toEqual(
        expect.arrayContaining([
          {
            kind: 'pipe',
            what: 'pipe:[N]',
            native: called('Java_sun_nio_ch_IOUtil_makePipe', '/libnio.so'),
            java: ['Leaks.leakPipe(Leaks.java:15)', 'Leaks.main(Leaks.java:28)'],
          },
          {
            kind: 'file',
            what: '/etc/hostname',
            native: called('handleOpen', '/libjava.so'),
            java: ['Leaks.leakFile(Leaks.java:19)', 'Leaks.main(Leaks.java:29)'],
          },
          {
            kind: 'socket',
            what: expect.stringMatching(/^TCP.*, listens$/),
            native: called('Java_sun_nio_ch_Net_socket0', '/libnio.so'),
            java: ['Leaks.leakSocket(Leaks.java:23)', 'Leaks.main(Leaks.java:30)'],
          },
          {
            kind: 'eventfd',
            what: 'anon_inode:[eventfd]',
            native: called(noLines ? 'Java_Leaks_leakNatively' : 'open_natively', library),
            java: ['Leaks.leakNatively(Native Method)', 'Leaks.main(Leaks.java:31)'],
          },
        ]),
      );
      expect(found).toHaveLength(5);
    },
  );
});
