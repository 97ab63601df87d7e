import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ADDON, MARK, NATIVE, NO_IO_URING, PACKAGE_ROOT, PRELOAD } from './paths.ts';

const found = (command: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, command)));

/** Packages with a C compiler and a C library to link with, also statically, where the distribution is one of these. */
const COMPILERS = {
  'apt-get': 'apt-get update && apt-get install --yes gcc libc6-dev',
  apk: 'apk add gcc musl-dev',
  dnf: 'dnf install --assumeyes gcc glibc-devel glibc-static',
};

function compiler(): string[] {
  if (found(process.env.CC ?? 'cc')) return [];
  const known = Object.entries(COMPILERS).find(([manager]) => found(manager));
  return [
    known?.[1] ??
      '# install a C compiler, with the headers of the C library and the library to link statically',
  ];
}

/** Returns the commands that build the native part here: in a clone, or in a package that npm has installed. */
export const howToBuild = (): string[] =>
  existsSync(join(PACKAGE_ROOT, 'scripts/setup.sh'))
    ? [`cd ${PACKAGE_ROOT} && npm run setup`]
    : [...compiler(), `node ${join(PACKAGE_ROOT, 'scripts/build.mjs')} native`];

/** Returns the machine that an ELF file is for. */
function machineOf(path: string): number {
  const head = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, head);
  } finally {
    closeSync(file);
  }
  return head.readUInt16LE(18);
}

/** Says why the native part cannot be used here; undefined where nothing speaks against it. */
export function whyNoNativePart(): string | undefined {
  const missing = [NATIVE, ADDON, NO_IO_URING, MARK, PRELOAD].filter((path) => !existsSync(path));
  if (missing.length > 0) return `not built: ${missing.join(', ')}`;
  if (machineOf(NATIVE) !== machineOf(process.execPath))
    return `${NATIVE} was built for another kind of machine`;
  return undefined;
}

/** Writes an error: what is the matter, and the commands that mend it. */
export const nativePartSays = (why: string): string =>
  [`the native part cannot be used: ${why}. Build it:`, ...howToBuild().map((line) => `  ${line}`)].join(
    '\n',
  );
