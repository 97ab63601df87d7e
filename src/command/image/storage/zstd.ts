import { spawn, spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import { CommandError, EXIT } from '../../base/command-error.ts';

/** The parts of Node's zlib since 22.15 and 23.8; the types of Node 20 do not know them. */
interface ZlibWithZstd {
  createZstdCompress?: (options: { params: Record<number, number>; chunkSize: number }) => zlib.Gzip;
  createZstdDecompress?: (options: { chunkSize: number }) => zlib.Gunzip;
  constants: { ZSTD_c_compressionLevel: number; ZSTD_c_checksumFlag: number };
}

const { createZstdCompress, createZstdDecompress, constants } = zlib as unknown as ZlibWithZstd;
const CHUNK = { chunkSize: 1 << 18 };

/** Returns the bytes of a file, compressed: by Node itself where it can, else by the `zstd` command. */
export function compressed(path: string, level: number): Readable {
  if (!createZstdCompress) return byCommand(['-q', '-c', `-${level}`, '--', path]);
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  return through(path, createZstdCompress({ params, ...CHUNK }));
}

/** Returns the bytes that were compressed into a file. A damaged one makes the stream fail. */
export function decompressed(path: string): Readable {
  if (!createZstdDecompress) return byCommand(['-q', '-d', '-c', '--', path]);
  return through(path, createZstdDecompress(CHUNK));
}

function through(path: string, stage: zlib.Gzip | zlib.Gunzip): Readable {
  createReadStream(path, { highWaterMark: CHUNK.chunkSize })
    .on('error', (error) => stage.destroy(error))
    .pipe(stage);
  return stage;
}

function byCommand(words: string[]): Readable {
  const child = spawn('zstd', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const output = new PassThrough();
  child.stdout.pipe(output, { end: false });
  child.on('error', (error) => output.destroy(error));
  child.on('close', (code) => {
    if (code === 0) output.end();
    else output.destroy(new Error(complaint.trim() || `zstd ended with ${code}`));
  });
  // Whoever is interrupted does not wait for zstd's next bytes, which may take a minute at a high level.
  output.on('close', () => child.kill());
  return output;
}

/** @throws CommandError where neither Node nor a command can do it */
export function needZstd(): void {
  if (createZstdCompress || spawnSync('zstd', ['--version'], { stdio: 'ignore' }).status === 0) return;
  throw new CommandError(
    `no zstd here: Node ${process.versions.node} has none (22.15 and later have), and there is no \`zstd\` command. Bring it with\n  apt-get install zstd`,
    EXIT.engine,
  );
}
