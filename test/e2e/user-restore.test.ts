import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { get, getJson, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { copyPackage, upgrade } from '../support/package-copy.ts';
import { freePorts } from '../support/ports.ts';
import { As, LESSER_ROOT, NOBODY, USER, whyNoUsers } from '../support/user.ts';

const PORT = await freePorts(5);
const why = whyNoUsers();

describe.skipIf(why)(`ordinary users${why ? ` (skipped: ${why})` : ''}`, () => {
  test.each([NOBODY, USER, LESSER_ROOT])(
    'a running copy can be checkpointed after its image was removed, as $name',
    async (caller) => {
      const as = new As(place, caller);
      const run = as.start(['run', '--image', as.path('image'), join(PROGRAMS, 'http-server.js')], {
        PORT: String(PORT),
      });
      await get(PORT);
      expect(await as.crac('checkpoint', as.path('image'))).toMatchObject({ code: 0, stderr: '' });
      await run.ended;

      let program = as.start(['restore', as.path('image')]);
      for (const next of ['second', 'third']) {
        await get(PORT);
        rmSync(as.path(next === 'second' ? 'image' : 'second'), { recursive: true });
        expect(await as.crac('checkpoint', String(program.pid), '--image', as.path(next))).toMatchObject({
          code: 0,
          stderr: '',
        });
        expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
        program = as.start(['restore', as.path(next)]);
      }
      expect((await getJson<{ count: number }>(PORT)).count).toBe(4);
      program.child.kill('SIGTERM');
      expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('a log that is gone is made anew, and crac may have been upgraded', async () => {
    const as = new As(place, USER);
    const copy = copyPackage(place.directory);
    chmodSync(place.directory, 0o755);
    const crac = (...args: string[]) => {
      const [file = '', ...rest] = as.command(join(copy, 'bin/crac'), ...args);
      return place.start(file, rest, { cwd: as.home, env: { PORT: String(PORT) } });
    };
    writeFileSync(as.path('feed.txt'), 'one\ntwo\n');
    const run = crac('run', '--image', as.path('image'), join(PROGRAMS, 'open-files-later.js'));
    await run.line(/listening/);
    expect(await crac('checkpoint', as.path('image')).ended).toMatchObject({ code: 0, stderr: '' });
    await run.ended;
    rmSync(as.path('app.log'));
    upgrade(copy);

    const restored = crac('restore', as.path('image'));
    expect(await get(PORT)).toBe('two\n');
    const { uid, size } = statSync(as.path('app.log'));
    expect({ uid, size }).toEqual({ uid: 1000, size: 8 });
    restored.child.kill('SIGTERM');
    expect((await restored.ended).stderr).toBe(
      `crac: ${as.path('app.log')} is gone since the checkpoint; made anew, empty\n`,
    );
  });
});
