import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Ended, getJson, ROOT, type Running } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';
import { FORBID, WITH_OLD_CRIU, WITHOUT_CRIU } from '../support/without-criu.ts';

const why = process.arch === 'x64' ? whyNoUsers() : 'the engine direct is for x64';

/** Counts its requests; has a child where that is asked for; asks for a checkpoint of itself. */
const PROGRAM = `
const { execFileSync, spawn } = require('node:child_process');
const { createServer } = require('node:http');
const { Worker } = require('node:worker_threads');
let count = 0;
const child = process.env.CHILD && spawn('sleep', ['1000'], { stdio: 'ignore' });
const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => require('node:worker_threads').parentPort.postMessage(process.pid))", { eval: true });
createServer((request, response) => {
  if (request.url === '/checkpoint') {
    response.end('{}', () => require(process.env.LIBRARY).checkpointRestore({ image: process.env.IMAGE }));
    return;
  }
  worker.once('message', (inWorker) => response.end(JSON.stringify({
    count: ++count,
    isOne: inWorker === process.pid && process.kill(process.pid, 0),
    ours: [process.env.LD_PRELOAD, process.env.NODE_OPTIONS, process.env.CRAC_PROGRAM_ENGINE].join('') +
      (String(execFileSync('env')).match(/^(LD_PRELOAD|NODE_OPTIONS)=.*(native.build|register).*/gm) ?? []).join(''), // of a child
    child: child && child.exitCode === null,
  })));
  worker.postMessage(0);
}).listen(process.env.PORT);
`;

let port: number;
let script: string;
beforeEach(async () => {
  port = await place.ports();
  script = place.path('program.cjs');
  writeFileSync(script, PROGRAM, { mode: 0o644 });
});

const engineOf = (image: string): string =>
  (JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8')) as { engine: { name: string } }).engine
    .name;

class Program {
  readonly as: As;
  constructor(around: string[] = []) {
    this.as = new As(place, NOBODY, around);
    chmodSync(this.as.home, 0o755);
  }

  get image(): string {
    return this.as.path('image');
  }

  start(words: string[], env: NodeJS.ProcessEnv = {}): Running {
    return this.as.start(words, { PORT: String(port), CRAC_CRIU_PATH: '', ...env });
  }

  run(env: NodeJS.ProcessEnv = {}, ...options: string[]): Running {
    return this.start(['run', '--engine', 'auto', '--image', this.image, ...options, script], env);
  }

  checkpoint(...options: string[]): Promise<Ended> {
    return this.start(['checkpoint', this.image, ...options]).ended;
  }
}

const asked = async () =>
  await getJson<{ count: number; isOne: boolean; ours: string; child?: boolean }>(port);

async function end(running: Running): Promise<void> {
  running.child.kill('SIGTERM');
  expect((await running.ended).stderr).toBe('');
}

describe.skipIf(why)(`a program that was started for both engines${why ? ` (skipped: ${why})` : ''}`, () => {
  test('direct writes it, and its copies, which stand alone', async () => {
    const program = new Program();
    let running = program.run();
    expect(await asked()).toEqual({ count: 1, isOne: true, ours: '' });
    const { stdout, ...ended } = await program.checkpoint();
    expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
    expect(stdout).toMatch(/^checkpoint of \d+ written to \S+ by direct: .*, stood still for .*\n$/);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect((await program.start(['inspect', program.image]).ended).stdout).toMatch(/direct/);
    for (let generation = 2; generation <= 3; generation++) {
      const image = program.as.path(`image-${generation}`);
      running = program.start(['restore', program.image]);
      expect(await asked()).toEqual({ count: 2, isOne: true, ours: '' });
      const again = await program.start(['checkpoint', String(running.pid), '--image', image]).ended;
      expect(again).toMatchObject({ code: 0, stderr: '' });
      await running.ended;
      expect(engineOf(image)).toBe('direct');
      const copy = program.start(['restore', image]);
      expect(await asked()).toEqual({ count: 3, isOne: true, ours: '' });
      await end(copy);
    }
  });

  test('it asks by itself, under both and in a copy', async () => {
    const program = new Program();
    const library = { LIBRARY: join(ROOT, 'dist/index.cjs'), IMAGE: program.image };
    const running = program.run(library);
    await getJson(port, '/checkpoint');
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const second = program.as.path('second');
    const copy = program.start(['restore', program.image], { ...library, IMAGE: second });
    await getJson(port, '/checkpoint');
    expect(await copy.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect([engineOf(program.image), engineOf(second)]).toEqual(['direct', 'direct']);
  });

  test('criu writes it while it has a child, and when it is told to', async () => {
    const program = new Program();
    const running = program.run({ CHILD: '1' });
    expect(await asked()).toMatchObject({ count: 1, child: true });
    const refused = await program.checkpoint('--engine', 'direct');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /the program has a child process, \d+ \(sleep 1000\), started at .*program\.cjs:6:\d+/,
    );
    expect(await program.checkpoint('--json', '--leave-running')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"engine":"criu"'),
      stderr: '',
    });
    expect(await asked()).toMatchObject({ count: 2, child: true });
    await end(running);
    const copy = program.start(['restore', program.image]);
    expect(await asked()).toEqual({ count: 2, isOne: true, ours: '', child: true });
    await end(copy);

    const other = program.run();
    expect(await asked()).toMatchObject({ count: 1 });
    expect(await program.checkpoint('--engine', 'criu')).toMatchObject({ code: 0, stderr: '' });
    await other.ended;
    expect(engineOf(program.image)).toBe('criu');
  });

  test('criu takes over where direct finds out too late that it cannot', async () => {
    const library = place.path('robust.so');
    const source = join(ROOT, 'test/fixtures/kernel/robust.c');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-lpthread']);
    const program = new Program();
    const running = program.run({ LD_PRELOAD: library });
    expect(await asked()).toMatchObject({ count: 1, ours: library });
    const { code, stdout, stderr } = await program.checkpoint();
    expect({ code, stderr }, stdout).toEqual({
      code: 0,
      stderr:
        'crac: note: the engine direct cannot write this program (a thread holds a robust mutex: node), so criu does\n',
    });
    await running.ended;
    expect(engineOf(program.image)).toBe('criu');
    const copy = program.start(['restore', program.image]);
    expect(await asked()).toMatchObject({ count: 2, isOne: true });
    await end(copy);
  });

  test('what neither can carry, of any process, is told once, and no engine is blamed', async () => {
    const program = new Program();
    const open = `require('node:fs').openSync(${JSON.stringify(program.as.path('log'))}, 'w');`;
    const family = `
      if (process.argv[2] === 'child') { ${open} process.send('open'); process.on('message', () => {}); }
      else require('node:child_process').fork(__filename, ['child']).on('message', () => { ${open} console.log('ready'); });
      require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });`;
    writeFileSync(script, family, { mode: 0o644 });
    const running = program.run();
    await running.line(/ready\n/);
    const { code, stderr } = await program.checkpoint();
    expect(code).toBe(1);
    expect(stderr.match(/^\d+\. \w+: descriptor \d+( of the child)?/gm), stderr).toEqual([
      expect.stringMatching(/^1\. OpenFileError: descriptor \d+$/),
      expect.stringMatching(/^2\. OpenFileError: descriptor \d+ of the child$/),
    ]);
    expect(stderr).toContain('failed with 2 errors');
    expect(stderr).not.toContain('engine direct');
    running.child.kill('SIGTERM');
    await running.ended;
  });

  test('a rule of the restore closes a file that it had open where PIDs were others', async () => {
    const program = new Program();
    const [log, rules] = [program.as.path('app.log'), program.as.path('rules.yaml')];
    writeFileSync(rules, `type: file\npath: ${log}\naction: close\n`);
    const source = `const fs = require('node:fs'); const fd = fs.openSync(${JSON.stringify(log)}, 'a');
      const said = () => { try { return fs.writeSync(fd, 'more'); } catch (error) { return error.code; } };
      setInterval(() => console.log('ready', said()), 20);`;
    writeFileSync(script, source, { mode: 0o644 });
    const running = program.run({}, '--allowed-open-prefixes', log);
    await running.line(/ready 4\n/);
    expect(await program.checkpoint()).toMatchObject({ code: 0, stderr: '' });
    await running.ended;
    expect(engineOf(program.image)).toBe('direct');
    const copy = program.start(['restore', program.image, '--policies', rules]);
    await copy.line(/ready/);
    expect(copy.stdout()).toMatch(/^ready EBADF\n/);
    await end(copy);
  });

  test('an option of criu makes it criu', async () => {
    const program = new Program();
    const running = program.run();
    expect(await asked()).toMatchObject({ count: 1 });
    expect(await program.checkpoint('--engine-option=--ghost-limit=1G')).toMatchObject({
      code: 0,
      stderr: '',
    });
    await running.ended;
    expect(engineOf(program.image)).toBe('criu');
  });

  test.each([
    [
      'no CRIU is installed',
      WITHOUT_CRIU,
      /cannot be used: there is none; install it \(crac engine install\)/,
    ],
    [
      'the only CRIU is too old',
      WITH_OLD_CRIU,
      /cannot be used: \/usr\/local\/sbin\/criu: 3\.17\.1 is too old, .* is needed: .*; install a newer one \(crac engine install\), and start the program again\n/,
    ],
    ['no namespace can be made', undefined, /cannot be used: cannot make a user namespace: Operation not/],
  ])('where %s, all obstacles are told at once', async (_, around, reason) => {
    const forbid = place.path('forbid');
    execFileSync('cc', ['-O1', '-o', forbid, FORBID]);
    const program = new Program(around ?? [forbid, 'unshare', '--']);
    const running = program.run({ CHILD: '1' });
    expect(await asked()).toMatchObject({ count: 1, ours: '' });
    const { code, stdout, stderr } = await program.checkpoint();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /the program has a child process, \d+ \(sleep 1000\), started at .*program\.cjs:6:\d+/,
    );
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('(ERR_CRAC_NO_ENGINE)');
    expect(existsSync(program.image)).toBe(false);
    expect(await asked()).toMatchObject({ count: 2, child: true });
    await end(running);
  });

  test('an option that needs namespaces is for criu', async () => {
    const program = new Program();
    const running = program.run({}, '--min-pid', '4321');
    expect(await asked()).toMatchObject({ count: 1 });
    const { stdout } = await program.start(['ps', '--json']).ended;
    expect(JSON.parse(stdout)).toMatchObject([{ pid: running.pid }]);
    expect(readFileSync(program.as.path(`run/${running.pid}/engine`), 'utf8')).toBe('criu');
    await end(running);
  });
});
