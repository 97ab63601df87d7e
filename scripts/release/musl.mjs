// musl for each CPU: as Debian's musl-dev has it, of this machine's CPU or, with multiarch, of another one; else fetched
// by an apt with a state of its own, so that nothing of the system changes.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandExists, output, say } from './run.mjs';

const DEBIAN = { x64: 'amd64', arm64: 'arm64' };
const DIRECTORY = { x64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' };

/** Finds the library itself, as the dynamic linker of a musl system has it; /lib may be a directory of its own. */
export function muslLibrary(root, cpu) {
  const [merged, own] = ['usr/lib', 'lib'].map((name) => join(root || '/', name, DIRECTORY[cpu], 'libc.so'));
  return existsSync(own) ? own : merged;
}

const has = (root, cpu) =>
  existsSync(join(root, 'usr/lib', DIRECTORY[cpu], 'crti.o')) && existsSync(muslLibrary(root, cpu));

/** @returns {{ root?: string, missing?: string }} the directory below which usr/lib/…-linux-musl lies; '' for / */
export function muslFor(cpu) {
  if (has('/', cpu)) return { root: '' };
  const root = join(process.cwd(), '.apps', `musl-${cpu}`);
  if (has(root, cpu)) return { root };
  const advice = `musl for ${cpu}: apt-get install musl-dev:${DEBIAN[cpu]}`;
  if (!commandExists('apt-get')) return { missing: advice };
  try {
    say(`fetching ${advice.replace('apt-get install ', '')}`);
    fetchMusl(root, DEBIAN[cpu]);
    return { root };
  } catch (error) {
    return { missing: `${advice} (${error.message.trim().split('\n').at(-1)})` };
  }
}

function fetchMusl(root, architecture) {
  const apt = join(root, 'apt');
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'log'])
    mkdirSync(join(apt, name), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  const conf = join(apt, 'apt.conf');
  writeFileSync(
    conf,
    `#clear APT::Architectures;
APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };
Acquire::Languages "none"; APT::Update::Post-Invoke-Success { ""; };
Dir::State "${apt}/state"; Dir::State::status "${apt}/status"; Dir::Cache "${apt}/cache"; Dir::Log "${apt}/log";
`,
  );
  const env = { ...process.env, APT_CONFIG: conf };
  output('apt-get', ['update', '-q'], { env });
  output('apt-get', ['download', '-q', 'musl', 'musl-dev'], { env, cwd: apt });
  for (const name of readdirSync(apt).filter((file) => file.endsWith('.deb')))
    output('dpkg-deb', ['-x', join(apt, name), root]);
}

/** Returns the version of the C library that a package was linked with. */
export function muslVersion(root, cpu) {
  const packed =
    root === '' ? undefined : readdirSync(join(root, 'apt')).find((name) => name.endsWith('.deb'));
  return packed ? packed.split('_')[1] : versionOf(`musl-dev:${DEBIAN[cpu]}`);
}

export function versionOf(name) {
  try {
    return output('dpkg-query', ['-W', '-f', '$' + '{Version}', name]).trim() || undefined;
  } catch {
    return undefined; // not Debian's
  }
}

export const readVersion = (path) => JSON.parse(readFileSync(path, 'utf8')).version;
