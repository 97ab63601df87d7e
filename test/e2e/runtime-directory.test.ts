import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC, type Ended, pause } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

/** The directory of records says what is executed: one that somebody else can write is used by no command. */

const ME = process.geteuid?.() ?? 0;
const STRANGER = 1001;

const run = (): string => place.path('run');

const shown = ({ code, stderr }: Ended): string => `${code}: ${stderr}`.replaceAll(place.directory, 'HERE');

beforeEach(async () => {
  chmodSync(place.directory, 0o755);
  writeFileSync(place.path('app.js'), 'setInterval(() => {}, 1000); console.log("up")');
});

async function anImage(): Promise<void> {
  const program = place.start(CRAC, ['run', '--image', image, 'app.js']);
  await program.line(/up/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
}

const COMMANDS = () => [
  ['run', '--image', place.path('other'), 'app.js'],
  ['run', '--engine', 'simulate', 'app.js'],
  ['run', '--engine', 'pause', '--image', place.path('other'), 'app.js'],
  ['checkpoint', image],
  ['ps'],
  ['ps', '--json'],
  ['restore', image],
  ['build', '--image', place.path('other'), 'app.js'],
];

async function refusedByAll(words: RegExp): Promise<void> {
  for (const command of COMMANDS()) {
    const ended = shown(await place.crac(...command));
    expect(`${command.join(' ')} = ${ended}`).toMatch(words);
    expect(ended).toMatch(command[0] === 'build' ? /^\d+: / : /^70: crac: the runtime directory/);
  }
}

describe('refused by every command', () => {
  beforeEach(anImage);

  test.skipIf(ME !== 0)('a directory of somebody else', () => {
    chownSync(run(), STRANGER, STRANGER);
    return refusedByAll(
      /HERE\/run is not a directory of yours: it belongs to user 1001\. Run crac as that\nuser, or set/,
    );
  });

  for (const mode of [0o777, 0o1777, 0o755, 0o701, 0o770])
    test(`mode ${mode.toString(8)}`, () => {
      chmodSync(run(), mode);
      return refusedByAll(
        new RegExp(`HERE/run is open to others \\(mode ${mode.toString(8)}\\); chmod 700 it, or set`),
      );
    });

  test('a symbolic link', async () => {
    await place.start('mv', [run(), place.path('real')]).ended;
    symlinkSync(place.path('real'), run());
    await refusedByAll(/HERE\/run is not a directory of yours; set CRAC_RUNTIME_DIR/);
  });
});

test('a name that is too long for a socket is refused, not cut', async () => {
  const long = place.path('x'.repeat(100));
  await anImage();
  for (const command of COMMANDS().filter(([name]) => name === 'run' || name === 'restore')) {
    const { code, stderr } = await place.start(CRAC, command, { env: { CRAC_RUNTIME_DIR: long } }).ended;
    expect(code).toBe(70);
    expect(stderr).toMatch(
      /^crac: the runtime directory .* has a name of \d+ bytes, and sockets in it can be named only up to 86; set\n/,
    );
  }
  expect(existsSync(long)).toBe(false);
});

test('a relative one is taken from the working directory', async () => {
  const env = { CRAC_RUNTIME_DIR: 'relative' };
  await anImage();
  const restored = place.start(CRAC, ['restore', image], { env });
  while (!existsSync(place.path('relative', String(restored.pid), 'program'))) await pause(10);
  const { stdout } = await place.start(CRAC, ['ps'], { env }).ended;
  expect(stdout).toContain(image);
  restored.child.kill('SIGTERM');
  await restored.ended;
});

describe.skipIf(ME !== 0)('records in it', () => {
  test('of somebody else are not read, and not removed', async () => {
    const program = place.start(CRAC, ['run', '--image', image, 'app.js']);
    await program.line(/up/);
    const record = place.path('run', String(process.pid)); // of a process that runs
    mkdirSync(record);
    for (const [name, value] of Object.entries({ image: '/theirs', engine: 'criu', init: '1', program: '1' }))
      writeFileSync(`${record}/${name}`, value);
    expect((await place.crac('ps')).stdout).toContain('/theirs');
    chownSync(record, STRANGER, STRANGER);
    expect((await place.crac('ps')).stdout).not.toContain('/theirs');
    expect((await place.crac('ps')).stdout).toContain(image);
    chownSync(record, 0, 0);
    chmodSync(record, 0o777);
    expect((await place.crac('ps')).stdout).not.toContain('/theirs');
    chmodSync(record, 0o700);
    chownSync(`${record}/image`, STRANGER, STRANGER);
    expect((await place.crac('ps')).stdout).not.toContain('/theirs');
    expect(existsSync(record)).toBe(true);
    program.child.kill('SIGTERM');
    await program.ended;
  });

  test('a field of somebody else, or behind a link, is not read', async () => {
    const program = place.start(CRAC, ['run', '--image', image, 'app.js']);
    await program.line(/up/);
    const settings = place.path('run', String(program.pid), 'engine-settings');
    const evil = place.path('evil');
    writeFileSync(evil, `#!/bin/sh\ntouch ${place.path('proof')}\necho "Version: 4.2.1"\n`, { mode: 0o755 });
    writeFileSync(place.path('settings'), JSON.stringify({ path: evil }));
    await place.start('rm', [settings]).ended;
    symlinkSync(place.path('settings'), settings);
    expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0 });
    await place.start('rm', [settings]).ended;
    writeFileSync(settings, JSON.stringify({ path: evil }));
    chownSync(settings, STRANGER, STRANGER);
    expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0 });
    expect(existsSync(place.path('proof'))).toBe(false);
    program.child.kill('SIGTERM');
    await program.ended;
  });
});
