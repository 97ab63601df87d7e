import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './crac.ts';

/** Puts this package beside an app's other ones, as npm would: its own copy, which is not the one of `crac run`. */
export function installPackage(app: string): void {
  const target = join(app, 'node_modules/node-crac');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'dist'])
    cpSync(join(ROOT, name), join(target, name), { recursive: true });
}

/** Compiles an app in TypeScript as its author would, by its own tsconfig.json; what is wrong with types throws. */
export function compile(app: string): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', app], {
    cwd: dirname(app),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
