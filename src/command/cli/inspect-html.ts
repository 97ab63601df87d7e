import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../base/command-error.ts';
import { asCommandError } from '../checkpoint/system-error.ts';
import { engineNamed } from '../engines/registry.ts';
import type { ImageReport } from '../image/inspect.ts';
import { htmlReport } from '../image/report/html.ts';
import { secretsIn } from '../image/report/search.ts';
import { secretNames } from '../image/report/secrets.ts';
import { STORED_FILE } from '../image/storage/stored.ts';

/** @param file where the page goes; empty: to standard output */
export async function writeHtml(report: ImageReport, file: string): Promise<void> {
  const { image, manifest, files } = report;
  const isStored = files.some(({ name }) => name === STORED_FILE);
  // The restorer and other files of this package are left out: everybody has their code.
  const held = files.map(({ name }) => name).filter((name) => /\.img$/.test(name));
  const page = htmlReport({
    report,
    memory: isStored ? undefined : await engineNamed(manifest.engine.name).memory?.(image),
    secretNames: secretNames(manifest.environmentNames),
    secrets: isStored ? undefined : secretsIn(image, held),
  });
  if (file === '') {
    process.stdout.write(page);
    return;
  }
  try {
    await writeFile(resolve(file), page, { mode: 0o600 });
  } catch (error) {
    throw asCommandError(error, `write ${file}`, EXIT.usage);
  }
}
