import { expect, test } from 'vitest';
import { contentBytes, framed, numberBytes, varint } from '../../../src/command/engines/criu/image/encode.ts';
import { preparePorts } from '../../../src/command/engines/criu/image/listening-ports.ts';
import { fieldsOf, messagesOf, numberField } from '../../../src/command/engines/criu/image/wire.ts';

const MAGIC = Buffer.alloc(8, 1);
const STRANGE = Buffer.from([0x9d, 1, 1, 2, 3, 4]); // fixed32 of number 19, which nobody knows

/** As sk-inet.proto has it: family 3, type 4, state 6, port 7, address 11, v6only 15. */
const socket = (port: number, { family = 2, type = 1, state = 10, address = [0], v6only = 0 } = {}): Buffer =>
  Buffer.concat([
    numberBytes(3, family),
    numberBytes(4, type),
    numberBytes(6, state),
    numberBytes(7, port),
    STRANGE,
    ...address.map((word) => numberBytes(11, word)),
    numberBytes(15, v6only),
  ]);
const entry = (inet: Buffer): Buffer =>
  framed(Buffer.concat([numberBytes(1, 4), numberBytes(2, 77), contentBytes(4, inet), STRANGE]));

const LOOPBACK = 0x0100007f;

test('the port of each listening socket can be changed in three bytes at its offset', () => {
  const image = Buffer.concat([
    MAGIC,
    entry(socket(80, { address: [LOOPBACK] })),
    entry(socket(0xffff, { state: 1 })),
    framed(numberBytes(1, 1)),
    entry(socket(3000, { family: 10, address: [0, 0, 0, 0x01000000], v6only: 1 })),
  ]);
  const prepared = preparePorts(image);
  expect(prepared.ports.map(({ offset: _, ...port }) => port)).toEqual([
    { family: 4, address: '127.0.0.1', port: 80, v6only: false },
    { family: 6, address: '::1', port: 3000, v6only: true },
  ]);
  for (const { offset } of prepared.ports) varint(65535, 3).copy(prepared.image, offset);
  expect(portsIn(prepared.image)).toEqual([65535, 0xffff, undefined, 65535]);
});

const portsIn = (image: Buffer): (number | undefined)[] =>
  messagesOf(image).map(({ bytes }) => {
    const inet = fieldsOf(bytes).find(({ number }) => number === 4);
    return inet && numberField(fieldsOf(inet.value as Buffer), 7);
  });

test('what does not listen with TCP stays byte by byte', () => {
  const image = Buffer.concat([MAGIC, entry(socket(53, { type: 2 })), entry(socket(53, { state: 7 }))]);
  expect(preparePorts(image)).toEqual({ image, ports: [] });
});

test('fields that nobody knows stay, where the port is padded as well', () => {
  const { image, ports } = preparePorts(Buffer.concat([MAGIC, entry(socket(8080))]));
  expect(ports).toHaveLength(1);
  const [message] = messagesOf(image);
  const fields = fieldsOf(message?.bytes as Buffer);
  expect(numberField(fields, 19)).toBe(0x04030201);
  const inet = fields.find(({ number }) => number === 4)?.value as Buffer;
  expect(numberField(fieldsOf(inet), 19)).toBe(0x04030201);
});
