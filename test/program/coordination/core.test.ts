import { afterEach, expect, test, vi } from 'vitest';
import { runCheckpointCycle } from '../../../src/program/coordination/cycle.ts';
import { type EngineBridge, monotonicNow, sharedRuntime } from '../../../src/program/coordination/runtime.ts';
import * as crac from '../../../src/program/index.ts';
import { later, logged, rejection } from './support.ts';

const runtime = sharedRuntime();

function install(dump: () => Promise<void> = later): unknown[] {
  const asked: unknown[] = [];
  runtime.engine = {
    name: 'fake',
    async checkpointRestore(options) {
      asked.push(options);
      await later(); // as the real one: some way to go before the cycle begins
      await runCheckpointCycle({
        context: crac.getGlobalContext(),
        runtimeResources: [],
        census: () => [],
        dump: () => dump().then(() => ({ kind: 'restored' })),
      });
    },
  } satisfies EngineBridge;
  return asked;
}

afterEach(() => {
  delete runtime.engine;
  runtime.restoreTime = -1;
  runtime.restoredAtMonotonic = -1;
});

test('the public names', () => {
  expect(Object.keys(crac).sort()).toEqual([
    'CheckpointError',
    'Context',
    'CracError',
    'DetachedProcessError',
    'EngineError',
    'HookTimeoutError',
    'InFlightError',
    'NotImplementedError',
    'NotOwnedConnectionError',
    'OpenDescriptorError',
    'OpenFileError',
    'OpenPipeError',
    'OpenResourceError',
    'OpenSocketError',
    'RecursiveCheckpointError',
    'RestoreError',
    'UnpreparedProcessError',
    'checkpointRestore',
    'getGlobalContext',
    'isImplemented',
    'keepRandom',
    'onCopy',
    'ready',
    'restoreTime',
    'uptimeSinceRestore',
  ]);
});

test('without an engine: refused with what to do, and nobody is notified', async () => {
  const log: string[] = [];
  const registration = crac.getGlobalContext().register(logged(log, 'a'));
  const error = await rejection<crac.NotImplementedError>(crac.checkpointRestore());
  registration.unregister();
  expect(crac.isImplemented()).toBe(false);
  expect([error.code, error.message, log]).toEqual([
    'ERR_CRAC_NOT_IMPLEMENTED',
    'This program cannot be checkpointed, because it was started without an engine. Start the program with ' +
      '`crac run --image DIR app.js`, or ask isImplemented() before checkpointRestore().',
    [],
  ]);
});

test('with an engine: it is handed the options', async () => {
  const asked = install();
  expect(crac.isImplemented()).toBe(true);
  await crac.checkpointRestore();
  await crac.checkpointRestore({ leaveRunning: true, image: 'warm' });
  expect(asked).toEqual([{}, { leaveRunning: true, image: 'warm' }]);
});

test('of several at once one is done; after it, or after a failure, the next is possible', async () => {
  const asked = install();
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => crac.checkpointRestore()));
  const shown = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason.errors.map((error: Error) => error.name) : outcome.status,
  );
  expect(shown).toEqual(['fulfilled', ['RecursiveCheckpointError'], ['RecursiveCheckpointError']]);
  expect(asked).toEqual([{}]);

  install(() => Promise.reject(new crac.EngineError('no space')));
  const failed = await rejection<crac.CheckpointError>(crac.checkpointRestore());
  expect(failed.errors.map(({ message }) => message)).toEqual(['no space']);
  install();
  await crac.checkpointRestore();
});

test('from within a hook it is refused, and the hook can go on', async () => {
  install();
  const codes: string[][] = [];
  const hook = async () => {
    const error = await rejection<crac.CheckpointError>(crac.checkpointRestore());
    codes.push([error.code, ...error.errors.map((each) => (each as crac.CracError).code)]);
  };
  const registration = crac.getGlobalContext().register({ beforeCheckpoint: hook, afterRestore: hook });
  await crac.checkpointRestore();
  registration.unregister();
  expect(codes).toEqual(Array(2).fill(['ERR_CRAC_CHECKPOINT_FAILED', 'ERR_CRAC_RECURSIVE_CHECKPOINT']));
});

test('refused too while a checkpoint that someone else asked for is going on', async () => {
  const asked = install();
  runtime.checkpointing = true;
  const error = await rejection<crac.CheckpointError>(crac.checkpointRestore());
  runtime.checkpointing = false;
  expect([error.errors.map(({ name }) => name), asked]).toEqual([['RecursiveCheckpointError'], []]);
});

test('times: -1 before a restore, then since the restore', () => {
  expect([crac.restoreTime(), crac.uptimeSinceRestore()]).toEqual([-1, -1]);
  runtime.restoreTime = 1_700_000_000_000;
  runtime.restoredAtMonotonic = monotonicNow() - 5000;
  expect(crac.restoreTime()).toBe(1_700_000_000_000);
  const uptime = crac.uptimeSinceRestore();
  expect(uptime).toBeGreaterThanOrEqual(5000);
  expect(uptime).toBeLessThan(15_000);
});

test('two copies of the package share context, engine and state', async () => {
  vi.resetModules();
  const copy = await import('../../../src/program/index.ts');
  expect(copy.getGlobalContext).not.toBe(crac.getGlobalContext);
  expect(copy.getGlobalContext()).toBe(crac.getGlobalContext());
  install();
  expect(copy.isImplemented()).toBe(true);
  const results = await Promise.allSettled([copy.checkpointRestore(), crac.checkpointRestore()]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);

  // A nested context of the other copy is known for one: it gets no time limit of its own, its errors are dissolved.
  const nested = new copy.Context('nested');
  const beforeCheckpoint = () => Promise.reject(new Error('of the other copy'));
  nested.register({ beforeCheckpoint });
  const outer = new crac.Context();
  outer.register(nested as crac.Resource);
  const error = await rejection<crac.CheckpointError>(outer.beforeCheckpoint());
  expect(error.errors.map(({ message }) => message)).toEqual(['of the other copy']);
});

test('a copy of another version is refused with what to do', async () => {
  const { version } = runtime;
  Object.assign(runtime, { version: 2 });
  try {
    expect(() => crac.getGlobalContext()).toThrow(
      expect.objectContaining({
        code: 'ERR_CRAC_VERSION_MISMATCH',
        message:
          'Two versions of node-crac that cannot work together are loaded (state 2 and 1). ' +
          'Install the same version for the program and for the `crac` command.',
      }),
    );
  } finally {
    Object.assign(runtime, { version });
  }
});

test('ready() tells the engine; without one, and with one of an older version, it does nothing', () => {
  crac.ready();
  install();
  crac.ready();
  const told = vi.fn();
  runtime.engine = { ...(runtime.engine as EngineBridge), ready: told };
  crac.ready();
  expect(told).toHaveBeenCalledOnce();
});
