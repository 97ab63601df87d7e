import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const PROGRAM = join(PROGRAMS, 'own-clocks.js');

test.each([
  ['crac checkpoint', 'none'],
  ['checkpointRestore()', 'made'],
])(
  'a program whose timers and clocks stand still is checkpointed by %s, and restored',
  async (how, checkpoint) => {
    const PORT = await place.ports();
    const env = { PORT: String(PORT), CRAC_LIBRARY: join(ROOT, 'dist/index.cjs') };
    const program = place.start(CRAC, ['run', '--image', image, PROGRAM], { env });
    await program.line(/ready/);
    if (how === 'crac checkpoint')
      expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    else expect(await get(PORT, '/checkpoint')).toContain('none');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });

    const copy = place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toEqual({ checkpoint, restored: true });
    copy.child.kill('SIGTERM');
    expect(await copy.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  },
);
