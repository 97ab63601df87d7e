import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, type Manifest, writeManifest } from './manifest.ts';
import { RESTORE_CONF, withLine, writeConf } from './restore-conf.ts';
import { sumOf } from './storage/sparse.ts';

/** Puts one more file into an image that nobody uses yet: it is listed and has its checksum like all others. */
export async function addFile(image: string, name: string, content: Uint8Array): Promise<void> {
  const path = join(image, name);
  await writeFile(path, content, { mode: 0o600, flag: 'wx' });
  const conf = await readFile(join(image, RESTORE_CONF), 'utf8');
  await writeConf(image, withLine(conf, ['file', `${content.length} ${name}`]));
  const manifest = JSON.parse(await readFile(join(image, MANIFEST), 'utf8')) as Manifest;
  const sum = async (file: string) => ({ name: file, ...(await sumOf(createReadStream(join(image, file)))) });
  const others = (manifest.files ?? []).filter((file) => file.name !== RESTORE_CONF);
  const files = [...others, await sum(name), await sum(RESTORE_CONF)];
  await writeManifest(image, {
    ...manifest,
    size: manifest.size + content.length,
    files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
}
