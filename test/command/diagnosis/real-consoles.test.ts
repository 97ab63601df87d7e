import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CRAC } from '../../support/crac.ts';
import { impossible } from './engine.ts';
import { criu, explain } from './mended/case.ts';
import { Desk } from './mended/desk.ts';
import { IDLE } from './mended/programs.ts';

/** What real commands print when they fail, given to `crac explain` as it came. */

let desk: Desk;
beforeEach(() => {
  desk = new Desk(criu?.path as string);
});
afterEach(() => desk.close());

const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const codes = (text: string): string[] => explain(text).map(({ code }) => code);

async function printed(command: string): Promise<string> {
  const { stdout, stderr } = await desk.sh(`(${command}) 2>&1`);
  return stdout + stderr;
}

/** An image whose FIFO has gone since, made and given to `crac restore`. */
async function failedRestore(): Promise<string> {
  const [data, image] = [desk.path('data'), desk.path('image')];
  execFileSync('mkfifo', [data]);
  writeFileSync(desk.path('policies.yaml'), `type: file\npath: ${data}\naction: ignore\n`);
  writeFileSync(
    desk.path('app.js'),
    "require('fs').openSync('data', 'r+'); setInterval(() => {}, 1000); console.log('up')",
  );
  const program = desk.start(CRAC, ['run', '--policies', 'policies.yaml', '--image', image, 'app.js']);
  await program.line(/up/);
  await desk.done(`crac checkpoint ${image}`);
  await program.ended;
  rmSync(data);
  return printed(`crac restore ${image}`);
}

describe.skipIf(impossible)(`real consoles${impossible ? `: ${impossible}` : ''}`, () => {
  test('crac restore, as it is and through what collects the output of containers', async () => {
    const console = await failedRestore();
    const compose = console.replace(/^/gm, 'app-1  | ');
    const journal = console.replace(/^/gm, 'Nov 25 10:00:00 host app[4711]: ');
    const docker = console
      .split('\n')
      .map((log) => JSON.stringify({ log: `${log}\n`, stream: 'stderr', time: '2026-11-25T10:00:00Z' }))
      .join('\n');
    const kubernetes = console.replace(/^/gm, '2026-11-25T10:00:00.000000000Z stderr F ');
    for (const text of [console, compose, journal, docker, kubernetes])
      expect(explain(text)).toMatchObject([{ code: 'CRIU_FILE_MISSING', confidence: 'certain' }]);
  });

  test("crac checkpoint, whose engine's options are wrong", async () => {
    writeFileSync(desk.path('app.js'), "setInterval(() => {}, 1000); console.log('up')");
    const program = desk.start(CRAC, ['run', '--image', desk.path('image'), 'app.js']);
    await program.line(/up/);
    const console = await printed(`crac checkpoint ${desk.path('image')} --engine-option=--bogus`);
    expect(codes(console)).toEqual(['CRIU_OPTION']);
    program.child.kill('SIGTERM');
    await program.ended;
  });

  test("crac's own messages are repeated: they say what to do", async () => {
    const console = await printed('crac checkpoint 4194000');
    writeFileSync(desk.path('console'), console);
    const { code, stdout } = await desk.sh(`crac explain console`);
    expect(code).toBe(4);
    expect(stdout).toContain('crac itself has said what is wrong');
    expect(stdout).toContain('crac run --image');
  });

  test('plain CRIU without a log file', async () => {
    expect(codes(await printed('criu dump'))).toEqual(['CRIU_USAGE']);
    expect(codes(await printed('criu check --feature bogus'))).toEqual(['CRIU_USAGE']);
    expect(codes(await printed('criu dump -t 1 -D /nonexistent'))).toEqual(['CRIU_IMAGE_MISSING']);
    expect(codes(await printed('criu restore --bogus'))).toEqual(['CRIU_OPTION']);
    const nobody = 'setpriv --reuid 65534 --clear-groups --inh-caps=-all';
    expect(codes(await printed(`${nobody} ${desk.criuBinary} dump --unprivileged -t 1 -D /tmp`))).toEqual([
      'CRIU_NO_PRIVILEGE',
    ]);
  });

  test('two failures on one console are both named, in their order', async () => {
    const program = await desk.program(`require('fs').openSync('/dev/fuse', 'r+'); ${IDLE}`);
    mkdirSync(desk.path('one'));
    const console = await printed(
      `criu dump -t ${program.pid} -D one; criu restore -D one --pidfile ${desk.path('bin')}`,
    );
    expect(codes(console)).toEqual(['CRIU_FD_UNSUPPORTED', 'CRIU_IMAGE_MISSING']);
  });

  test('what worked is no failure', async () => {
    const program = await desk.program(IDLE);
    mkdirSync(desk.path('image'));
    const console = await printed(`criu dump -t ${program.pid} -D image -v4 -o dump.log; cat image/dump.log`);
    writeFileSync(desk.path('console'), console);
    expect(await desk.sh('crac explain console')).toMatchObject({
      code: 4,
      stdout: 'console: this tells of a checkpoint or a restore that worked.\n',
    });
  });

  test.skipIf(!has('java'))(`G14: a Java without CRaC${has('java') ? '' : ' (needs java)'}`, async () => {
    expect(codes(await printed('java -XX:CRaCCheckpointTo=cr -version'))).toEqual(['JAVA_UNSUPPORTED']);
    writeFileSync(
      desk.path('Main.java'),
      'class Main { public static void main(String[] a) throws Exception { Class.forName("jdk.crac.Core"); } }',
    );
    expect(codes(await printed('java Main.java'))).toEqual(['JAVA_UNSUPPORTED']);
  });

  const crun = has('crun') && !/\+CRIU/.test(spawnSync('crun', ['--version'], { encoding: 'utf8' }).stdout);
  test.skipIf(!crun)(`a crun without CRIU${crun ? '' : ' (needs one)'}`, async () => {
    expect(codes(await printed('crun checkpoint app'))).toEqual(['CONTAINER_WITHOUT_CRIU']);
  });
});
