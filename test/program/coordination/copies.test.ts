import { expect, test } from 'vitest';
import { Context, keepRandom, onCopy } from '../../../src/program/index.ts';
import { simulateCheckpoint } from '../../../src/program/testing.ts';

test('onCopy: before every afterRestore, in order of registration; taken back, no more', async () => {
  const calls: string[] = [];
  const context = new Context();
  context.register({ afterRestore: () => void calls.push('afterRestore') });
  const registrations = ['a', 'b', 'c'].map((name) => onCopy(() => void calls.push(name)));
  registrations[1]?.unregister();
  await simulateCheckpoint({ context });
  expect(calls).toEqual(['a', 'c', 'afterRestore']);
  for (const each of registrations) each[Symbol.dispose]();
  await simulateCheckpoint({ context });
  expect(calls).toEqual(['a', 'c', 'afterRestore', 'afterRestore']);
});

test('onCopy: what one callback throws does not stop the others, and is told', async () => {
  const calls: string[] = [];
  const registrations = [
    onCopy(function makeName() {
      throw new Error('no name left');
    }),
    onCopy(() => void calls.push('second')),
  ];
  const failure = simulateCheckpoint({ context: new Context() });
  await expect(failure).rejects.toMatchObject({
    code: 'ERR_CRAC_RESTORE_FAILED',
    message: expect.stringContaining('onCopy(makeName): Error: no name left'),
  });
  expect(calls).toEqual(['second']);
  for (const each of registrations) each.unregister();
});

test('one callback registered twice is called twice', async () => {
  let calls = 0;
  const callback = () => {
    calls++;
  };
  const registrations = [onCopy(callback), onCopy(callback)];
  await simulateCheckpoint({ context: new Context() });
  expect(calls).toBe(2);
  for (const each of registrations) each.unregister();
});

test('keepRandom gives back what it was given; neither takes anything else', () => {
  const bytes = Buffer.alloc(100);
  expect(keepRandom(bytes)).toBe(bytes);
  for (const call of [() => keepRandom('text' as never), () => onCopy(null as never)])
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_CRAC_INVALID_RESOURCE' }));
});
