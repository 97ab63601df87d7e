import { expect, test } from 'vitest';
import { contentBytes, framed, numberBytes } from '../../../../../src/command/engines/criu/image/encode.ts';
import { fieldsOf, messagesOf } from '../../../../../src/command/engines/criu/image/wire.ts';
import { withRegisters } from '../../../../../src/command/engines/criu/image/xsave.ts';

const ymm = contentBytes(2, Buffer.from([1, 2, 3]));
const core = (...xsave: Buffer[]): Buffer => {
  const registers = Buffer.concat([numberBytes(1, 0x37f), contentBytes(13, Buffer.concat(xsave))]);
  const thread = Buffer.concat([numberBytes(1, 5), contentBytes(3, registers)]);
  return Buffer.concat([
    Buffer.alloc(8, 7),
    framed(Buffer.concat([numberBytes(1, 1), contentBytes(2, thread)])),
  ]);
};

test('bits of registers that nobody uses go; all else of the thread stays', () => {
  expect(withRegisters(core(numberBytes(1, 0x2e7), ymm), 3n)).toEqual(core(numberBytes(1, 3), ymm));
  expect(withRegisters(core(numberBytes(1, 0x2e7), ymm), 7n)).toEqual(core(numberBytes(1, 7), ymm));
});

test('a thread without saved registers, as on a CPU without XSAVE, and of another architecture', () => {
  const without = Buffer.concat([
    Buffer.alloc(8, 7),
    framed(Buffer.concat([numberBytes(1, 1), contentBytes(8, ymm)])),
  ]);
  expect(withRegisters(without, 3n)).toEqual(without);
  const empty = core();
  expect(withRegisters(empty, 3n)).toEqual(empty);
  expect(fieldsOf(messagesOf(empty)[0]?.bytes as Buffer)).toHaveLength(2);
});
