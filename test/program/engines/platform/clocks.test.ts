import { expect, test } from 'vitest';
import { Clocks, type Sources } from '../../../../src/program/engines/platform/watch/clocks.ts';

/** Clocks of a machine that a test moves by hand. */
function machine(isGvisor = false) {
  const now = { wall: 1_700_000_000_000, monotonic: 5000, used: 100 };
  const sources: Sources = {
    wall: () => now.wall,
    monotonic: () => now.monotonic,
    used: () => now.used,
    isGvisor,
  };
  const clocks = new Clocks(sources);
  const pass = (wall: number, monotonic = wall, used = 0) => {
    now.wall += wall;
    now.monotonic += monotonic;
    now.used += used;
    return clocks.look();
  };
  return { pass };
}

test('time that passes on both clocks says nothing, however long a turn was', () => {
  const { pass } = machine();
  for (const milliseconds of [20, 20, 5000, 20]) expect(pass(milliseconds)).toBeUndefined();
});

test('clocks that come apart are said once, in either direction', () => {
  const { pass } = machine();
  expect(pass(60_020, 20)).toBe('the clocks are 60000 ms apart');
  expect(pass(20)).toBeUndefined();
  expect(pass(-3000, 20)).toBe('the clocks are 3020 ms apart');
});

test('a clock that is slewed is no jump', () => {
  const { pass } = machine();
  for (let i = 0; i < 1000; i++) expect(pass(20.5, 20)).toBeUndefined();
});

test('in gVisor a standstill is a copy; a turn that calculates is none', () => {
  const { pass } = machine(true);
  expect(pass(900, 900, 890)).toBeUndefined();
  expect(pass(900, 900, 3)).toBe('it stood still for 900 ms');
  expect(pass(20)).toBeUndefined();
});

test('what was read while somebody else had the processor says nothing', () => {
  let monotonic = 5000;
  let wall = 1_700_000_000_000;
  const clocks = new Clocks({ wall: () => wall, monotonic: () => monotonic, used: () => 0, isGvisor: false });
  monotonic += 20;
  wall += 20;
  expect(clocks.look()).toBeUndefined();
  const slow = new Clocks({
    wall: () => wall,
    monotonic: () => (monotonic += 400),
    used: () => 0,
    isGvisor: false,
  });
  expect(slow.look()).toBeUndefined();
});
