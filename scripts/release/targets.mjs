// The platforms that have a package of their own, and how each is compiled on one machine: with Debian's compilers.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { muslFor } from './musl.mjs';
import { commandExists } from './run.mjs';

const TRIPLES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** The glibc that Node's official builds need; what is loaded into them needs no more. */
export const GLIBC = '2.28';

export const TARGETS = ['x64', 'arm64'].flatMap((cpu) => [
  { name: `linux-${cpu}`, cpu, libc: 'glibc' },
  { name: `linux-${cpu}-musl`, cpu, libc: 'musl' },
]);

/**
 * Returns how it is compiled, or why it cannot be.
 *
 * @returns {{ toolchain?: import('../native.mjs').Toolchain, missing?: string }}
 */
export function toolchainOf({ cpu, libc }, work) {
  const triple = TRIPLES[cpu];
  const gcc = `${triple}-gcc`;
  if (!commandExists(gcc))
    return {
      missing: `${gcc}: apt-get install gcc-${triple.replace('_', '-')} libc6-dev-${debian(cpu)}-cross`,
    };
  const launcher = gcc;
  if (libc === 'glibc')
    return {
      toolchain: {
        cpu,
        compiler: gcc,
        launcher,
        options: ['-s', '-include', 'native/portable.h'],
        // Before glibc 2.34 these are libraries of their own. A node has them loaded already.
        libraries: ['-Wl,--no-as-needed', '-l:libdl.so.2', '-l:libpthread.so.0'],
      },
    };
  const { root, missing } = muslFor(cpu);
  if (missing) return { missing };
  const specs = join(work, `musl-${cpu}.specs`);
  writeFileSync(specs, muslSpecs(root, triple.replace('gnu', 'musl'), cpu));
  const options = ['-s', `-specs=${specs}`, '-isystem', kernelHeaders(triple, join(work, `kernel-${cpu}`))];
  return { toolchain: { cpu, compiler: gcc, launcher, options, glibc: false }, root };
}

const debian = (cpu) => ({ x64: 'amd64', arm64: 'arm64' })[cpu];

/** Writes what musl's own wrapper of gcc says, for any directory. */
function muslSpecs(root, triple, cpu) {
  const include = `${root}/usr/include/${triple}`;
  const library = `${root}/usr/lib/${triple}`;
  const loader = `/lib/ld-musl-${{ x64: 'x86_64', arm64: 'aarch64' }[cpu]}.so.1`;
  return `%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem ${include} -isystem include%s %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem ${include} -isystem include%s

*link_libgcc:
-L${library} -L .%s

*libgcc:
libgcc.a%s

*startfile:
%{!shared: ${library}/Scrt1.o} ${library}/crti.o crtbeginS.o%s

*endfile:
crtendS.o%s ${library}/crtn.o

*link:
-dynamic-linker ${loader} -nostdlib %{shared:-shared} %{static:-static} %{rdynamic:-export-dynamic}

*esp_link:


*esp_options:


*esp_cpp_options:


`;
}

/**
 * Puts the kernel's headers aside, which musl does not bring; glibc's, which lie in the same directory, must not be
 * found.
 */
function kernelHeaders(triple, folder) {
  const cross = `/usr/${triple}/include`;
  const places = existsSync(join(cross, 'linux'))
    ? { linux: cross, 'asm-generic': cross, asm: cross }
    : { linux: '/usr/include', 'asm-generic': '/usr/include', asm: `/usr/include/${triple}` };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, place] of Object.entries(places)) symlinkSync(join(place, name), join(folder, name));
  return folder;
}
