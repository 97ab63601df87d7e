import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a copy that cannot be put right ends with the reason: nobody else would tell', () => {
  const file = join(import.meta.dirname, '../../../src/program/checkpoint/end-copy.ts');
  const script = `
    const { buildSync } = require('esbuild');
    const { outputFiles } = buildSync({ entryPoints: [${JSON.stringify(file)}], bundle: true, write: false, format: 'cjs', platform: 'node' });
    const module_ = { exports: {} };
    new Function('module', 'exports', 'require', outputFiles[0].text)(module_, module_.exports, require);
    process.on('exit', () => console.log('the program runs'));
    module_.exports.endSpoiled(new Error('stat: Input/output error'));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({
    status: 72,
    stdout: '',
    stderr:
      'crac: cannot restore: the copy cannot be put right: stat: Input/output error.\nWhat to do: mend what this names (a file, memory, a limit), and restore the image again\n',
  });
});
