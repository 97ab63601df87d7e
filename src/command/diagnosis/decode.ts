/** The share of control characters beyond which something is no text. */
const MAX_CONTROL = 0.1;

/** The number of bytes that are looked at to tell text from what is not. */
const SAMPLE = 1 << 16;

/** Recognises UTF-16, which PowerShell and some loggers of Windows write: with a mark, or with every other byte 0. */
export function utf16Order(content: Buffer): 'le' | 'be' | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return 'le';
  if (content[0] === 0xfe && content[1] === 0xff) return 'be';
  const sample = content.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] as number) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const most = sample.length / 2 - sample.length / 20;
  if (sample.length >= 8 && odd > most && even < most / 10) return 'le';
  return sample.length >= 8 && even > most && odd < most / 10 ? 'be' : undefined;
}

function isBinary(text: string): boolean {
  const sample = text.slice(0, SAMPLE);
  let control = 0;
  for (const character of sample) {
    const code = character.codePointAt(0) as number;
    if ((code < 0x20 && code !== 0x1b && (code < 8 || code > 13)) || code === 0xfffd) control++;
  }
  return control > sample.length * MAX_CONTROL;
}

/**
 * Decodes a log, whatever wrote it; zero bytes (holes of a log that was cut off while it was open) are left out.
 * @returns undefined where it is no text
 */
export function decode(content: Buffer): string | undefined {
  const utf16 = utf16Order(content);
  const even = content.subarray(0, content.length - (content.length % 2));
  const text =
    utf16 === undefined
      ? content.toString('utf8')
      : (utf16 === 'le' ? even : Buffer.from(even).swap16()).toString('utf16le');
  const kept = text.replace(/^\ufeff/, '').replaceAll('\0', '');
  if (kept === '' && content.length > 0) return undefined;
  return isBinary(kept) ? undefined : kept;
}
