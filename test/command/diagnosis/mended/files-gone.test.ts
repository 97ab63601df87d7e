import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mended } from './case.ts';
import { alone, type Desk, without, withPrinted } from './desk.ts';
import { daemon, IDLE, withOpen } from './programs.ts';

/** Files that are not at the restore what they were at the checkpoint. */

async function imageWithOpen(desk: Desk, flags = 'r'): Promise<{ path: string; image: string }> {
  const path = desk.path('data.txt');
  writeFileSync(path, 'content at the checkpoint\n');
  return { path, image: await desk.dumped(await withOpen(desk, path, flags)) };
}

mended('CRIU_FILE_SIZE', 'an open file that grew', 'truncate -s 26', async (desk, explained) => {
  const { path, image } = await imageWithOpen(desk);
  appendFileSync(path, 'more\n');
  const { remedy } = explained(await desk.restore(image));
  await desk.done(remedy);
  await desk.restores(image);
});

mended('CRIU_FILE_SMALLER', 'an open file that shrank', 'Bring the file back', async (desk, explained) => {
  const { path, image } = await imageWithOpen(desk);
  copyFileSync(path, `${path}.away`);
  truncateSync(path, 3);
  explained(await desk.restore(image));
  renameSync(`${path}.away`, path);
  await desk.restores(image);
});

mended('CRIU_FILE_MISSING', 'an open file that was deleted', 'Bring it back', async (desk, explained) => {
  const { path, image } = await imageWithOpen(desk);
  renameSync(path, `${path}.away`);
  explained(await desk.restore(image));
  renameSync(`${path}.away`, path);
  await desk.restores(image);
});

mended(
  'CRIU_FILE_MISSING',
  'a working directory that was deleted',
  'Bring it back',
  async (desk, explained) => {
    const directory = desk.path('sub');
    mkdirSync(directory);
    const image = await desk.dumped(
      await desk.program(`process.chdir(${JSON.stringify(directory)}); ${IDLE}`),
    );
    rmSync(directory, { recursive: true });
    explained(await desk.restore(image));
    mkdirSync(directory);
    await desk.restores(image);
  },
);

mended('CRIU_FILE_MODE', 'an open file with other permissions', 'chmod "$(', async (desk, explained) => {
  const { path, image } = await imageWithOpen(desk);
  chmodSync(path, 0o600);
  const { remedy } = explained(await desk.restore(image));
  await desk.done(remedy);
  await desk.restores(image);
});

mended(
  'CRIU_FILE_DENIED',
  "another user's file, without CAP_DAC_OVERRIDE",
  'docker run --cap-add DAC_OVERRIDE',
  async (desk, explained) => {
    const path = desk.path('theirs');
    writeFileSync(path, 'secret', { mode: 0o600 });
    await desk.done(`chown 65534 ${path}`);
    // Root passes by either of the two; a container's default has the first and lacks the other.
    const program = await withOpen(desk, path, 'r', without('dac_read_search'));
    const image = await desk.dumped(program);
    const lacking = ['dac_override', 'dac_read_search'];
    const { remedy } = explained(await desk.restore(image, [], alone(without(...lacking))));
    await desk.restores(image, [], alone(withPrinted(remedy, lacking)));
  },
);

mended(
  'CRIU_FILE_DENIED',
  'a file open for writing on a volume that is read-only now',
  'mount the directory writable',
  async (desk, explained) => {
    const directory = desk.path('volume');
    mkdirSync(directory);
    await desk.done(`mount -t tmpfs volume ${directory}`);
    try {
      const image = await desk.dumped(await withOpen(desk, `${directory}/log`, 'w'));
      await desk.done(`mount -o remount,ro ${directory}`);
      explained(await desk.restore(image));
      await desk.done(`mount -o remount,rw ${directory}`);
      await desk.restores(image);
    } finally {
      await desk.done(`umount -l ${directory}`);
    }
  },
);

mended(
  'CRIU_GHOST_CONFLICT',
  'a deleted file whose directory is read-only now',
  'mount the directory writable',
  async (desk, explained) => {
    const directory = desk.path('volume');
    mkdirSync(directory);
    await desk.done(`mount -t tmpfs volume ${directory}`);
    try {
      const program = await desk.program(
        `const fs = require('fs'); fs.openSync('${directory}/log', 'w+'); fs.unlinkSync('${directory}/log'); ${IDLE}`,
      );
      const image = await desk.dumped(program);
      await desk.done(`mount -o remount,ro ${directory}`);
      explained(await desk.restore(image));
      await desk.done(`mount -o remount,rw ${directory}`);
      await desk.restores(image);
    } finally {
      await desk.done(`umount -l ${directory}`);
    }
  },
);

mended('CRIU_WATCH_GONE', 'a watched file that was deleted', 'Bring it back', async (desk, explained) => {
  const path = desk.path('watched');
  writeFileSync(path, '');
  const image = await desk.dumped(
    await desk.program(`require('fs').watch(${JSON.stringify(path)}); ${IDLE}`),
  );
  rmSync(path);
  explained(await desk.restore(image));
  writeFileSync(path, '');
  await desk.restores(image);
});

/** A copy of `sleep` that can be replaced. */
async function sleeper(desk: Desk): Promise<{ binary: string; image: string }> {
  const binary = desk.path('sleeper');
  copyFileSync('/bin/sleep', binary);
  return { binary, image: await desk.dumped(await daemon(desk, [binary, '600'])) };
}

function replace(binary: string, content: Buffer): void {
  writeFileSync(`${binary}.new`, content, { mode: 0o755 });
  renameSync(`${binary}.new`, binary);
}

mended(
  'CRIU_FILE_SIZE',
  'a binary that was replaced by another version',
  'bring the old version back',
  async (desk, explained) => {
    const { binary, image } = await sleeper(desk);
    replace(binary, readFileSync('/bin/ls'));
    explained(await desk.restore(image));
    replace(binary, readFileSync('/bin/sleep'));
    await desk.restores(image);
  },
);

mended(
  'CRIU_FILE_BUILD_ID',
  'a binary of another build with the same size',
  'criu restore --file-validation filesize',
  async (desk, explained) => {
    const { binary, image } = await sleeper(desk);
    const content = readFileSync(binary);
    const at = buildId(content);
    content.writeUInt8((content.readUInt8(at) + 1) % 256, at);
    replace(binary, content);
    const { remedy } = explained(await desk.restore(image));
    await desk.restoresAs(remedy, image);
  },
);

/** Where the first byte of the build-ID stands: a note of type 3 named GNU. */
function buildId(content: Buffer): number {
  for (let at = content.indexOf('GNU\0'); at > 0; at = content.indexOf('GNU\0', at + 1))
    if (content.readUInt32LE(at - 4) === 3 && content.readUInt32LE(at - 12) === 4) return at + 4;
  throw new Error('no build-ID');
}
