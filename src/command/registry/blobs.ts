import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { BlobCache } from './cache.ts';
import { type RegistryClient, UnreachableError } from './client.ts';

/** The bytes of one request of an upload: what is sent again where the connection breaks. */
const CHUNK = 8 << 20;
/** The number of times that a download goes on after it has broken off. */
const ATTEMPTS = 4;

export async function hasBlob(client: RegistryClient, digest: string): Promise<boolean> {
  const answer = await client.ask(`blobs/${digest}`, { method: 'HEAD', expect: [404] });
  await answer.body?.cancel();
  return answer.status !== 404;
}

/** The number of times that an upload is begun again which the registry has lost. */
const BEGINNINGS = 4;

/**
 * Uploads a blob.
 * @param path file with these bytes
 */
export async function uploadBlob(client: RegistryClient, digest: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    for (let attempt = 1; ; attempt++) {
      const place = await sendChunks(client, file);
      if (place !== undefined && (await finishUpload(client, place, digest, attempt < BEGINNINGS))) return;
      if (attempt === BEGINNINGS)
        throw new CommandError(
          `${client.reference.registry} loses the upload of ${digest} again and again; look at its log, then push again (what has arrived is not sent twice)`,
          EXIT.failed,
        );
    }
  } finally {
    await file.close();
  }
}

/** @returns where the upload is finished; undefined where the registry knows nothing of it any more */
async function sendChunks(client: RegistryClient, file: FileHandle): Promise<string | undefined> {
  const begun = await client.ask('blobs/uploads/', { method: 'POST', headers: { 'content-length': '0' } });
  let place = locationOf(begun);
  const { size } = await file.stat();
  for (let at = 0, broken = 0; at < size; ) {
    const bytes = Buffer.alloc(Math.min(CHUNK, size - at));
    await file.read(bytes, 0, bytes.length, at);
    try {
      const answer = await client.ask(place, {
        method: 'PATCH',
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `${at}-${at + bytes.length - 1}`,
        },
        body: bytes,
        expect: [400, 404, 416],
        attempts: 1,
      });
      await answer.body?.cancel();
      if (answer.ok) [place, at] = [locationOf(answer), at + bytes.length];
      else if (answer.status !== 416) return undefined;
      else at = await offsetOf(client, place);
    } catch (error) {
      if (++broken > BEGINNINGS || !(error instanceof UnreachableError)) throw error;
      at = await offsetOf(client, place);
    }
    if (at < 0) return undefined;
  }
  return place;
}

/** Returns how far an upload is, or -1: a chunk whose answer was lost may have arrived, or a part of it. */
async function offsetOf(client: RegistryClient, place: string): Promise<number> {
  const answer = await client.ask(place, { expect: [400, 404] });
  await answer.body?.cancel();
  if (!answer.ok) return -1;
  const [, last] = answer.headers.get('range')?.match(/^(?:bytes=)?0-(\d+)$/) ?? [];
  return last === undefined || last === '0' ? 0 : Number(last) + 1;
}

async function finishUpload(
  client: RegistryClient,
  place: string,
  digest: string,
  mayFail: boolean,
): Promise<boolean> {
  const end = new URL(place);
  end.searchParams.set('digest', digest);
  const done = await client.ask(end.href, {
    method: 'PUT',
    headers: { 'content-length': '0' },
    ...(mayFail && { expect: [400, 404, 416] }),
  });
  await done.body?.cancel();
  // The answer to the first of two may have been lost.
  return done.ok || (await hasBlob(client, digest));
}

function locationOf(answer: Response): string {
  const location = answer.headers.get('location');
  if (location === null || !URL.canParse(location, answer.url))
    throw new CommandError(
      `the registry does not say where to go on (no Location from ${answer.url}). A proxy in front of it may take the header away; push to the registry itself`,
      EXIT.failed,
    );
  return new URL(location, answer.url).href;
}

/** Brings a blob into the cache; what came of it before is kept, and gone on with. */
export async function downloadBlob(
  client: RegistryClient,
  cache: BlobCache,
  { digest, size }: { digest: string; size: number },
): Promise<void> {
  const partial = cache.partial(digest);
  for (let attempt = 1; ; attempt++) {
    const began = (await stat(partial).catch(() => undefined))?.size ?? 0;
    try {
      if (began < size) await fetchInto(client, partial, digest, began, size);
      break;
    } catch (error) {
      if (error instanceof CommandError || attempt === ATTEMPTS || (error as Error).name === 'AbortError')
        throw error;
      if (((await stat(partial).catch(() => undefined))?.size ?? 0) > began) attempt = 1; // it gets on
    }
  }
  const hash = createHash('sha256');
  let got = 0;
  for await (const bytes of createReadStream(partial, { highWaterMark: 1 << 20 })) {
    hash.update(bytes);
    got += bytes.length;
  }
  if (got === size && `sha256:${hash.digest('hex')}` === digest) return cache.keep(digest, partial);
  await rm(partial, { force: true });
  throw new CommandError(
    `what ${client.reference.registry} gave for ${digest} is something else (${got} bytes); what was taken is removed. Try again`,
    EXIT.image,
  );
}

async function fetchInto(
  client: RegistryClient,
  path: string,
  digest: string,
  from: number,
  size: number,
): Promise<void> {
  const answer = await client.ask(`blobs/${digest}`, {
    ...(from > 0 && { headers: { range: `bytes=${from}-` } }),
    expect: [416],
  });
  const goesOn = answer.status === 206;
  const file = await open(path, goesOn ? 'a' : 'w', 0o600);
  try {
    let got = goesOn ? from : 0;
    for await (const bytes of answer.body ?? []) {
      got += bytes.length;
      if (got > size) return; // more than there should be: the comparison says so
      await file.write(bytes);
    }
  } finally {
    await file.close();
  }
}
