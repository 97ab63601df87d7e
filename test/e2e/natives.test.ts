import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

// A checkpoint switches V8's calls of its own on for a moment (compile-ahead.ts).
test.each([
  ['--allow-natives-syntax', 'true'],
  ['--allow_natives_syntax', 'true'],
  ['--no-allow_natives_syntax', 'SyntaxError'],
  ['--no-warnings', 'SyntaxError'],
])('what V8 takes of its own calls is as it was: %s', async (option, expected) => {
  const script = place.path('program.js');
  writeFileSync(
    script,
    `const call = () => { try { return new Function('return %HasFastProperties({})')(); } catch ({ name }) { return name; } };
     const before = call();
     require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))}).checkpointRestore().then(() => console.log(before, call()));`,
  );
  const program = place.start(CRAC, ['run', '--image', image, option, script]);
  expect(await program.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const copy = await place.crac('restore', image);
  expect(copy).toMatchObject({ code: 0, stdout: `${expected} ${expected}\n`, stderr: '' });
});
