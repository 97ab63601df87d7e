import { shortIp6 } from '../../../../shared/protocol/ip6.ts';
import type { ListeningPort } from '../../../image/contents.ts';
import { contentBytes, framed, varint } from './encode.ts';
import { bytesField, fieldsOf, messagesOf, numberField } from './wire.ts';

// Numbers of images/fdinfo.proto and images/sk-inet.proto; TCP_LISTEN and the families are the kernel's.
const FILE_INET = 4;
const SK = { family: 3, type: 4, state: 6, port: 7, address: 11, v6only: 15 };
const LISTEN = 10;
const AF_INET6 = 10;
const PORT_BYTES = 3;

function address(words: number[], family: 4 | 6): string {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => {
    bytes.writeUInt32LE(word, index * 4);
  });
  if (family === 4) return [...bytes].join('.');
  return shortIp6((bytes.toString('hex').match(/.{4}/g) ?? []).join(':'));
}

/**
 * Finds the listening TCP sockets and rewrites each port as a varint padded to three bytes (protobuf allows it), so
 * that a restore onto another port changes three bytes and no length (`crac restore --listen OLD=NEW`).
 */
export function preparePorts(image: Buffer): { image: Buffer; ports: ListeningPort[] } {
  const parts: Buffer[] = [image.subarray(0, 8)];
  const ports: ListeningPort[] = [];
  let length = 8;
  for (const { bytes } of messagesOf(image)) {
    const { entry, port } = prepareEntry(bytes);
    if (port) ports.push({ ...port, offset: port.offset + length + 4 });
    parts.push(framed(entry));
    length += 4 + entry.length;
  }
  return { image: Buffer.concat(parts), ports };
}

function prepareEntry(bytes: Buffer): { entry: Buffer; port?: ListeningPort } {
  const inet = bytesField(fieldsOf(bytes), FILE_INET);
  if (!inet) return { entry: bytes };
  const socket = inet.value as Buffer;
  const fields = fieldsOf(socket);
  const portField = fields.find(({ number }) => number === SK.port);
  if (numberField(fields, SK.state) !== LISTEN || numberField(fields, SK.type) !== 1 || !portField)
    return { entry: bytes };
  const family = numberField(fields, SK.family) === AF_INET6 ? 6 : 4;
  const port = Number(portField.value as bigint);
  const padded = Buffer.concat([
    socket.subarray(0, portField.offset),
    varint(port, PORT_BYTES),
    socket.subarray(portField.offset + portField.length),
  ]);
  const head = Buffer.concat([bytes.subarray(0, inet.start), contentBytes(FILE_INET, padded)]);
  return {
    entry: Buffer.concat([head, bytes.subarray(inet.offset + inet.length)]),
    port: {
      family,
      port,
      address: address(
        fields.filter(({ number }) => number === SK.address).map(({ value }) => Number(value)),
        family,
      ),
      v6only: numberField(fields, SK.v6only) === 1,
      offset: head.length - padded.length + portField.offset,
    },
  };
}
