// Reads the native part as the compiler for the other kind of CPU does: what only this machine's has (a system call, a
// register, a header) is found before a release is built. Needs Debian's cross compiler; where that is not, it says so.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES } from './native.mjs';

const OTHER = {
  x64: {
    cpu: 'arm64',
    compiler: 'aarch64-linux-gnu-gcc',
    packages: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  },
  arm64: {
    cpu: 'x64',
    compiler: 'x86_64-linux-gnu-gcc',
    packages: 'gcc-x86-64-linux-gnu libc6-dev-amd64-cross',
  },
}[process.arch];

process.chdir(join(import.meta.dirname, '..'));

const skip = (why) => {
  console.log(`other-cpu: skipped: ${why}`);
  process.exit(0);
};

if (!OTHER || process.platform !== 'linux') skip(`nothing is built on ${process.platform} ${process.arch}`);
const { cpu, compiler, packages } = OTHER;
if (spawnSync(compiler, ['--version']).error)
  skip(`there is no ${compiler} (Debian: apt-get install ${packages})`);

const foreign = Object.entries(ARCHITECTURES).flatMap(([name, folder]) => (name === cpu ? [] : [folder]));
const sources = readdirSync('native', { recursive: true })
  .filter((name) => name.endsWith('.c') && !name.split('/').some((part) => foreign.includes(part)))
  .map((name) => join('native', name));
const options = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-I', 'native'];
const headers = ['-I', 'node_modules/node-api-headers/include'];
const { status } = spawnSync(compiler, ['-fsyntax-only', ...options, ...headers, ...sources], {
  stdio: 'inherit',
});
process.exitCode = status === 0 ? 0 : 1;
