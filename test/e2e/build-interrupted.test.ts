import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectClean, FIXTURES, SHOP, startBuild } from '../support/build.ts';
import { pause, type Running } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { leftRunning } from '../support/left-running.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

const running = (what: string): boolean => leftRunning(place).some((line) => line.includes(what));

async function runs(what: string): Promise<void> {
  for (const until = Date.now() + 60_000; !running(what); await pause(10))
    if (Date.now() > until) throw new Error(`no ${what} among: ${leftRunning(place).join('\n')}`);
}

interface Moment {
  name: string;
  words?: string[];
  /** Default: the shop. */
  program?: string;
  env?: NodeJS.ProcessEnv;
  /** A slow engine. */
  engine?: 'dump' | 'restore';
  comes(build: Running): Promise<unknown>;
}

const MOMENTS: Moment[] = [
  { name: 'the program is started', comes: () => runs('dist/cli.js run') },
  {
    name: 'it is not ready yet',
    words: ['--ready-line', 'never', '--output'],
    comes: (build) => build.line(/items loaded/),
  },
  {
    name: 'requests warm it up',
    words: ['--warm', '/items?ms=100', '--count', '1000'],
    comes: (build) => build.line(/ready:/).then(() => pause(150)),
  },
  {
    name: 'a script warms it up',
    words: ['--warm-script', 'idle.mjs'],
    comes: () => runs('sleep 1000'),
  },
  {
    name: 'it is checked',
    env: { HOOK_MS: '8000' },
    comes: (build) => build.line(/not warmed up/).then(() => pause(150)),
  },
  {
    name: 'the program makes its own checkpoint',
    program: join(FIXTURES, 'own-checkpoint.mjs'),
    engine: 'dump',
    comes: () => runs('sleep 2'),
  },
  { name: 'the engine dumps it', engine: 'dump', comes: () => runs('sleep 2') },
  { name: 'the engine restores it', engine: 'restore', comes: () => runs('sleep 2') },
  {
    name: 'its answers are compared',
    words: ['--warm', '/items', '--warm', '/stock?ms=500', '--count', '1', '--wait-ready'],
    comes: (build) => build.line(/restored:/),
  },
];

function start({ words = [], program = SHOP, env = {}, engine }: Moment): Running {
  writeFileSync(
    place.path('idle.mjs'),
    "import { execSync } from 'node:child_process';\nexecSync('sleep 1000');\n",
  );
  const slow = engine && { CRAC_CRIU_PATH: engineThat(place, engine, 'sleep 2\nexec "$CRIU" "$@"') };
  return startBuild(PORT, [...words, program], { ...env, ...slow });
}

describe.each(MOMENTS)('while $name', (moment) => {
  test('Ctrl-C leaves nothing running and no image', async () => {
    const build = start(moment);
    await moment.comes(build);
    process.kill(-build.pid, 'SIGINT'); // to the whole group, as a terminal sends it
    const { code, stdout, stderr } = await build.ended;
    expectClean();
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(
      /crac: the build was interrupted by SIGINT; no image was made, nothing is left running\n$/,
    );
  });
});

/** A warm-up script is the only thing that outlives a build that is killed (docs/build.md). */
const remains = (): string[] => leftRunning(place).filter((line) => !/idle\.mjs|sleep 1000/.test(line));

test.each(MOMENTS.filter(({ name }) => /not ready|a script|dumps|restores|compared/.test(name)))(
  'killed while $name: all of it ends, and the next build removes what was written',
  async (moment) => {
    const build = start(moment);
    await moment.comes(build);
    build.child.kill('SIGKILL');
    await build.ended;
    for (const until = Date.now() + 60_000; Date.now() < until && remains().length > 0; ) await pause(20);
    expect(remains()).toEqual([]);
    for (const line of leftRunning(place)) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    expect(await startBuild(PORT, [SHOP]).ended).toMatchObject({ code: 0 });
    expectClean(['image']);
  },
);

test('SIGTERM ends a build, too', async () => {
  const build = startBuild(PORT, ['--ready-line', 'never', '--output', SHOP]);
  await build.line(/items loaded/);
  build.child.kill('SIGTERM');
  expect(await build.ended).toMatchObject({
    code: 143,
    stderr: expect.stringContaining('the build was interrupted by SIGTERM'),
  });
  expectClean();
});
