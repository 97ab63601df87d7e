// musl as the C library of what gcc compiles. crac-native is linked with it where it is there: glibc, linked statically,
// asks the CPU some fifty times at each start, which costs 0.4 ms in a virtual machine; musl does not.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TRIPLES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const LOADERS = { x64: 'x86_64', arm64: 'aarch64' };

/**
 * Returns options of gcc for musl, whose headers and library lie below `root`.
 *
 * @param {string} work a directory for files of the compiler
 */
export function muslOptions(cpu, root, work) {
  const triple = TRIPLES[cpu];
  const specs = join(work, `musl-${cpu}.specs`);
  const headers = kernelHeaders(triple, join(work, `kernel-${cpu}`));
  writeFileSync(specs, muslSpecs(root, triple.replace('gnu', 'musl'), LOADERS[cpu]));
  return [`-specs=${specs}`, '-isystem', headers];
}

/**
 * Returns the options for a static binary of this machine; undefined where there is no musl beside glibc (Debian:
 * musl-dev), or the compiler does not take them.
 */
export function muslLauncher(compiler, cpu, work) {
  if (!TRIPLES[cpu] || !existsSync(`/usr/lib/${TRIPLES[cpu].replace('gnu', 'musl')}/libc.a`))
    return undefined;
  mkdirSync(work, { recursive: true });
  const options = muslOptions(cpu, '', work);
  const trial = join(work, 'trial');
  writeFileSync(
    `${trial}.c`,
    '#include <linux/fs.h>\n#include <stdio.h>\nint main(void) { return puts(""); }\n',
  );
  const { status } = spawnSync(compiler, [...options, '-static', '-o', trial, `${trial}.c`]);
  return status === 0 ? options : undefined;
}

/** Writes what musl's own wrapper of gcc says, for any directory. */
function muslSpecs(root, triple, loader) {
  const include = `${root}/usr/include/${triple}`;
  const library = `${root}/usr/lib/${triple}`;
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
-dynamic-linker /lib/ld-musl-${loader}.so.1 -nostdlib %{shared:-shared} %{static:-static} %{rdynamic:-export-dynamic}

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
