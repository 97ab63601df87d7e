import { afterEach, expect, test, vi } from 'vitest';
import { type CheckpointError, Context, type HookTimeoutError } from '../../../src/program/index.ts';
import { later, logged, rejection } from './support.ts';

const never = () => new Promise<void>(() => {});
/** What ends when the test says so. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

afterEach(() => void vi.useRealTimers());

test('a hook over its limit becomes an error that names it, and the others go on', async () => {
  const log: string[] = [];
  const context = new Context();
  context.register(logged(log, 'a'));
  context.register({ beforeCheckpoint: never, afterRestore: never }, { name: 'pool', timeout: 20 });
  context.register(logged(log, 'c'));
  const before = await rejection<CheckpointError>(context.beforeCheckpoint());
  const after = await rejection<CheckpointError>(context.afterRestore());
  expect(log).toEqual(['c before', 'a before', 'a after', 'c after']);
  const shown = [...before.errors, ...after.errors].map((error) => {
    const { code, resource, hook, timeout, message } = error as HookTimeoutError;
    return { code, resource, hook, timeout, message };
  });
  const common = { code: 'ERR_CRAC_HOOK_TIMEOUT', resource: 'pool', timeout: 20 };
  const advice =
    '"pool" did not finish within 20 ms. Find what it waits for, or give it longer: register(resource, { timeout: 40 }).';
  expect(shown).toEqual([
    { ...common, hook: 'beforeCheckpoint', message: `beforeCheckpoint of ${advice}` },
    { ...common, hook: 'afterRestore', message: `afterRestore of ${advice}` },
  ]);
});

test('a hook that settled leaves no timer behind, whether it succeeded or failed', async () => {
  const context = new Context();
  context.register({
    beforeCheckpoint: () => Promise.resolve(),
    afterRestore: () => Promise.reject(new Error('no')),
  });
  const before = timers();
  await context.beforeCheckpoint();
  await rejection(context.afterRestore());
  expect(timers()).toBe(before);
});

test('a rejection that comes too late does no harm', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const context = new Context();
  const end = gate();
  const tooLate = end.opened.then(() => Promise.reject(new Error('too late')));
  context.register({ beforeCheckpoint: () => tooLate }, { timeout: 5 });
  await rejection(context.beforeCheckpoint());
  end.open();
  await tooLate.catch(() => {});
  await later(1); // a rejection that nobody handles is told of when the microtasks are done
  process.off('unhandledRejection', unhandled);
  expect(unhandled.mock.calls).toEqual([]);
});

test('fake timers of the program do not fake the limits', async () => {
  vi.useFakeTimers();
  const context = new Context();
  context.register({ beforeCheckpoint: never }, { name: 'pool', timeout: 5 });
  expect(
    (await rejection<CheckpointError>(context.beforeCheckpoint())).errors.map(({ name }) => name),
  ).toEqual(['HookTimeoutError']);
});

test('Infinity and limits that no timer can hold are no limits', async () => {
  const context = new Context();
  context.register({ beforeCheckpoint: () => later(20) }, { timeout: Number.POSITIVE_INFINITY });
  context.register({ beforeCheckpoint: () => later(20) }, { timeout: 2 ** 40 });
  await context.beforeCheckpoint();
});

test('a nested context has no limit, the resources in it have', async () => {
  const [outer, inner] = [new Context(), new Context()];
  const before = timers();
  let during = 0;
  inner.register({
    async beforeCheckpoint() {
      await Promise.resolve();
      during = timers() - before;
    },
  });
  outer.register(inner);
  await outer.beforeCheckpoint();
  expect(during).toBe(1);
});

test('a nested context over a limit of its own notifies nobody more after afterRestore', async () => {
  const log: string[] = [];
  const [outer, inner] = [new Context(), new Context('inner')];
  inner.register(logged(log, 'a'));
  const end = gate();
  inner.register(logged(log, 'slow', { beforeCheckpoint: () => end.opened }));
  outer.register(inner, { timeout: 20 });
  const error = await rejection<CheckpointError>(outer.beforeCheckpoint());
  await outer.afterRestore();
  end.open();
  await later(1);
  expect(error.errors.map(({ message }) => message.split('.')[0])).toEqual([
    'beforeCheckpoint of "inner" did not finish within 20 ms',
  ]);
  expect(log).toEqual(['slow before', 'a after', 'slow after']);
});
