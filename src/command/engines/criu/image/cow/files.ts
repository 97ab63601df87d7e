import { contentBytes, framed, numberBytes } from '../encode.ts';
import { bytesField, fieldsOf, messagesOf, numberField } from '../wire.ts';

// Numbers of images/fdinfo.proto, images/regfile.proto and images/fown.proto.
const FILE = { type: 1, id: 2, regular: 3 };
const TYPE_REGULAR = 1;
const REGULAR = { id: 1, flags: 2, position: 3, owner: 5, name: 6 };
const OWNER = { uid: 1, euid: 2, signal: 3, pidType: 4, pid: 5 };

export interface FileTable {
  /** Names of the regular files, by id. */
  names: Map<number, string>;
  /** An id above every one in use. */
  nextId: number;
}

export function parseFiles(image: Buffer): FileTable {
  const names = new Map<number, string>();
  let last = 0;
  for (const { bytes } of messagesOf(image)) {
    const fields = fieldsOf(bytes);
    const id = numberField(fields, FILE.id) ?? 0;
    last = Math.max(last, id);
    const regular = bytesField(fields, FILE.regular);
    if (!regular) continue;
    const name = bytesField(fieldsOf(regular.value as Buffer), REGULAR.name);
    if (name) names.set(id, (name.value as Buffer).toString());
  }
  return { names, nextId: last + 1 };
}

/** Makes an entry for a file that the restorer hands over by `--inherit-fd`, so that CRIU looks for no such name. */
export function regularFileEntry(id: number, name: string): Buffer {
  const owner = Object.values(OWNER).map((number) => numberBytes(number, 0));
  const regular = Buffer.concat([
    numberBytes(REGULAR.id, id),
    numberBytes(REGULAR.flags, 0), // O_RDONLY
    numberBytes(REGULAR.position, 0),
    contentBytes(REGULAR.owner, Buffer.concat(owner)),
    contentBytes(REGULAR.name, Buffer.from(name)),
  ]);
  return framed(
    Buffer.concat([
      numberBytes(FILE.type, TYPE_REGULAR),
      numberBytes(FILE.id, id),
      contentBytes(FILE.regular, regular),
    ]),
  );
}
