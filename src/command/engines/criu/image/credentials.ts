import { framed } from './encode.ts';
import { rewrite } from './rewrite.ts';
import { bytesField, fieldsOf, messagesOf, numberField } from './wire.ts';

// Numbers of images/core.proto and images/creds.proto.
const THREAD_CORE = 5;
const CREDS = 10;
const CREDENTIALS = { euid: 3, egid: 4, groups: 14 };

/**
 * Reads the effective user and group of the thread that a core-*.img describes, as they are inside its user namespace.
 */
export function idsOf(core: Buffer): { uid: number; gid: number } {
  const message = messagesOf(core)[0]?.bytes ?? Buffer.alloc(0);
  const thread = bytesField(fieldsOf(message), THREAD_CORE)?.value as Buffer | undefined;
  const credentials = thread && bytesField(fieldsOf(thread), CREDS);
  if (!credentials) throw new RangeError('the core image has no credentials');
  const fields = fieldsOf(credentials.value as Buffer);
  return {
    uid: numberField(fields, CREDENTIALS.euid) ?? 0,
    gid: numberField(fields, CREDENTIALS.egid) ?? 0,
  };
}

/**
 * Takes the supplementary groups out of a core-*.img. Nobody may set groups in an ordinary user's namespace, so CRIU
 * could restore the image only for a caller who has the very same ones; without them a program gets its caller's.
 */
export function withoutGroups(core: Buffer): Buffer {
  const parts: Buffer[] = [core.subarray(0, 8)];
  for (const { bytes } of messagesOf(core)) {
    const entry = rewrite(bytes, (outer, thread) =>
      outer !== THREAD_CORE
        ? thread
        : rewrite(thread, (inner, credentials) =>
            inner !== CREDS
              ? credentials
              : rewrite(credentials, (number, content) =>
                  number === CREDENTIALS.groups ? undefined : content,
                ),
          ),
    );
    parts.push(framed(entry));
  }
  return Buffer.concat(parts);
}
