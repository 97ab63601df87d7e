import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageForm, Inherited } from '../../../image/contents.ts';
import { sumsOf } from '../../../image/integrity/sums.ts';
import { bytesOf, filesIn, type Manifest, writeManifest } from '../../../image/manifest.ts';
import { copyPackageFiles, copyRestorer, packageFiles } from '../../../image/package-files.ts';
import { formatRestoreConf, type RestoreConf, writeConf } from '../../../image/restore-conf.ts';
import { clocksOf } from './clocks.ts';
import { convertImage, type OlderPageFile } from './cow/convert.ts';
import { PAGE_FILE } from './cow/page-file.ts';
import { idsOf, withoutGroups } from './credentials.ts';
import { preparePorts } from './listening-ports.ts';
import { mappedFiles } from './mapped-files.ts';
import { prepareFiles } from './open-files.ts';
import { protectionKeysOf } from './protection-keys.ts';
import { leaveOutUnusedRegisters } from './xsave.ts';

export interface Finish {
  directory: string;
  nativeBinary: string;
  log: string;
  form: ImageForm;
  /** The path where the program's own `/` is seen from here. */
  root: string;
  /** The page file of a program that was itself restored from an image. */
  older: OlderPageFile | undefined;
  /** The conf as far as it is known already; the rest is read from CRIU's files. */
  conf: RestoreConf & { inherit: Inherited[] };
  manifest: Omit<Manifest, 'ports' | 'size'>;
}

/** Turns a directory of CRIU's files into an image of ours, in place. */
export async function finishImage({
  directory,
  nativeBinary,
  log,
  form,
  root,
  older,
  conf,
  manifest,
}: Finish): Promise<Manifest> {
  await rm(join(directory, log), { force: true });
  const protectionKeys = await protectionKeysOf(directory);
  if (conf.machine) await leaveOutUnusedRegisters(directory, conf.machine.cpu);
  const memory = convertImage(directory, conf.program, form, older);
  const pageFile = memory.pageFile > 0 ? { name: PAGE_FILE, size: memory.pageFile } : undefined;
  const dumped = await readFile(join(directory, 'files.img'));
  const given = new Set(conf.inherit.map(({ name }) => name));
  const { image, open } = prepareFiles(dumped, directory, root, given);
  const { own: originals, mark, mapped } = packageFiles(mappedFiles(dumped, directory, root));
  const own = await copyPackageFiles(originals, root, directory);
  const files = preparePorts(image);
  await writeFile(join(directory, 'files.img'), files.image);
  const clock = await readFile(join(directory, 'timens-0.img')).then(clocksOf, () => undefined);
  const ids = idsOf(await readFile(join(directory, `core-${conf.program}.img`)));
  if (conf.mode === 'user') await leaveGroupsToCaller(directory);
  await copyRestorer(nativeBinary, directory);
  const sizes = await filesIn(directory);
  const text = formatRestoreConf({
    ...conf,
    ...(mark && { mark }),
    ids,
    protectionKeys,
    clock,
    pageFile,
    ports: files.ports,
    open,
    mapped,
    own,
    files: sizes,
  });
  await writeConf(directory, text);
  const whole: Manifest = {
    ...manifest,
    ports: files.ports,
    open,
    mapped,
    memory,
    protectionKeys,
    size: bytesOf(sizes),
    files: await sumsOf(directory),
  };
  await writeManifest(directory, whole);
  return whole;
}

async function leaveGroupsToCaller(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/^core-\d+\.img$/.test(name)) continue;
    const path = join(directory, name);
    await writeFile(path, withoutGroups(await readFile(path)), { mode: 0o600 });
  }
}
