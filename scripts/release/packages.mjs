// Puts the packages together as they are published, each in a directory of its own.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative } from '../native.mjs';
import { output } from './run.mjs';
import { sbomOf } from './sbom.mjs';

export const nameOf = ({ name }) => `@node-crac/${name}`;

const manifest = () => JSON.parse(readFileSync('package.json', 'utf8'));

function write(folder, json) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(json, undefined, 2)}\n`);
}

function copy(from, to, wanted = () => true) {
  for (const name of readdirSync(from).filter(wanted))
    cpSync(join(from, name), join(to, name), { recursive: true });
}

/** Lists the chunks of the last build: those of builds before lie beside them for an hour (build.mjs). */
function chunksOf(dist) {
  const all = readdirSync(join(dist, 'chunks'));
  const found = new Set();
  const follow = (path) => {
    const text = readFileSync(path, 'utf8');
    for (const name of all.filter((each) => !found.has(each) && text.includes(each))) {
      found.add(name);
      follow(join(dist, 'chunks', name));
    }
  };
  follow(join(dist, 'cli.js'));
  return found;
}

function copyDist(folder, wanted) {
  const chunks = chunksOf('dist');
  copy('dist', join(folder, 'dist'), (name) => name !== 'chunks' && wanted(name));
  mkdirSync(join(folder, 'dist/chunks'));
  copy('dist/chunks', join(folder, 'dist/chunks'), (name) => chunks.has(name));
}

/** The files that `crac` is made of: the command, and what it loads into programs. */
const OF_COMMAND = ['cli.js', 'register.cjs', 'trace-register.cjs', 'platform-engine.cjs', 'adapters'];

/** Makes the package of one platform: all that the command needs, with its native part. */
export function stagePlatform(target, toolchain, folder, tools) {
  const { version, description, license, engines, repository } = manifest();
  rmSync(folder, { recursive: true, force: true });
  write(folder, {
    name: nameOf(target),
    version,
    description: `${target.name}: the native part of node-crac. ${description}`,
    license,
    ...(repository && { repository }),
    os: ['linux'],
    cpu: [target.cpu],
    libc: [target.libc],
    engines,
    preferUnplugged: true,
    files: ['dist', 'native/build', 'sbom.cdx.json'],
  });
  cpSync('LICENSE', join(folder, 'LICENSE'));
  writeFileSync(
    join(folder, 'README.md'),
    `# ${nameOf(target)}\n\nThe native part of [node-crac](https://www.npmjs.com/package/node-crac) for this platform. npm chooses it by\nitself: install \`node-crac\`.\n`,
  );
  copyDist(folder, (name) => OF_COMMAND.includes(name));
  buildNative(join(folder, 'native/build'), toolchain);
  rmSync(join(folder, 'native/build/restorer.bin'), { force: true }); // it is in crac-native
  writeSbom(folder, tools);
}

/** Makes the package with the name that people install. */
export function stageMain(targets, folder) {
  const { scripts: _, devDependencies: __, files: ___, ...rest } = manifest();
  rmSync(folder, { recursive: true, force: true });
  write(folder, {
    ...rest,
    files: ['bin', 'dist', 'native', 'scripts', 'docs', 'CHANGELOG.md', 'SECURITY.md', 'sbom.cdx.json'],
    preferUnplugged: true,
    optionalDependencies: Object.fromEntries(targets.map((target) => [nameOf(target), rest.version])),
  });
  for (const name of ['LICENSE', 'README.md', 'SECURITY.md', 'CHANGELOG.md', 'bin', 'docs'])
    cpSync(name, join(folder, name), { recursive: true });
  copyDist(folder, () => true);
  copy('native', join(folder, 'native'), (name) => !['build', 'fuzz'].includes(name));
  mkdirSync(join(folder, 'scripts'));
  for (const name of ['build.mjs', 'native.mjs']) cpSync(`scripts/${name}`, join(folder, 'scripts', name));
  writeSbom(folder, []);
}

const writeSbom = (folder, linked) => {
  const package_ = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(package_, linked), undefined, 2)}\n`);
};

/** @returns what npm says of the tarball that it has made in `where` */
export function pack(folder, where) {
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', where, folder];
  const [packed] = JSON.parse(output('npm', words, { env: { ...process.env, npm_config_offline: 'true' } }));
  return packed;
}

export const isBuilt = () => existsSync('dist/cli.js') && existsSync('dist/types/program/index.d.ts');
