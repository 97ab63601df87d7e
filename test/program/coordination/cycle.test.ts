import { expect, test, vi } from 'vitest';
import { type CheckpointOutcome, runCheckpointCycle } from '../../../src/program/coordination/cycle.ts';
import { sharedRuntime } from '../../../src/program/coordination/runtime.ts';
import {
  CheckpointError,
  Context,
  EngineError,
  type Resource,
  RestoreError,
} from '../../../src/program/index.ts';
import { logged, rejection, throwing } from './support.ts';

interface Scene {
  log: string[];
  user?: Partial<Resource>;
  own?: Partial<Resource>;
  census?: () => Error[];
  dump?: () => Promise<CheckpointOutcome>;
}

const RESTORED: CheckpointOutcome = { kind: 'restored' };

function run({ log, user, own, census, dump }: Scene): Promise<string> {
  const context = new Context();
  context.register(logged(log, 'u1'));
  context.register(logged(log, 'u2', user));
  return runCheckpointCycle({
    context,
    runtimeResources: [logged(log, 'r1', own), logged(log, 'r2')],
    census() {
      log.push('census');
      return census?.() ?? [];
    },
    async dump() {
      log.push('dump');
      return (await dump?.()) ?? RESTORED;
    },
  });
}

const BEFORE = ['u2 before', 'u1 before', 'r1 before', 'r2 before', 'census'];
const AFTER = ['r2 after', 'r1 after', 'u1 after', 'u2 after'];
const messages = ({ errors }: CheckpointError | RestoreError) => errors.map(({ message }) => message);

test.each(['restored', 'continued'] as const)('the order of a checkpoint that ends with %s', async (kind) => {
  const log: string[] = [];
  expect(await run({ log, dump: async () => ({ kind }) })).toBe(kind);
  expect(log).toEqual([...BEFORE, 'dump', ...AFTER]);
  expect(sharedRuntime().checkpointing).toBe(false);
});

test('failing hooks and a failing census: everything at once, no dump', async () => {
  const log: string[] = [];
  const error = await rejection<CheckpointError>(
    run({
      log,
      user: { beforeCheckpoint: throwing('user before'), afterRestore: throwing('user after') },
      own: { beforeCheckpoint: throwing('own before'), afterRestore: throwing('own after') },
      census: () => [new Error('open file'), new Error('open socket')],
    }),
  );
  expect(log).toEqual([...BEFORE, ...AFTER]);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(messages(error)).toEqual([
    'user before',
    'own before',
    'open file',
    'open socket',
    'own after',
    'user after',
  ]);
  expect(sharedRuntime().checkpointing).toBe(false);
});

test.each<[string, Partial<Scene>]>([
  ["a user's hook", { user: { beforeCheckpoint: throwing('failed') } }],
  ["a runtime's hook", { own: { beforeCheckpoint: throwing('failed') } }],
  ['an entry of the census', { census: () => [new Error('failed')] }],
  ['the census itself', { census: throwing('failed') }],
])('%s alone is enough for no dump', async (_, scene) => {
  const log: string[] = [];
  const error = await rejection<CheckpointError>(run({ log, ...scene }));
  expect([error.name, messages(error), log]).toEqual(['CheckpointError', ['failed'], [...BEFORE, ...AFTER]]);
  expect(sharedRuntime().checkpointing).toBe(false);
});

test('a failing dump: the program goes on, with the errors of its hooks too', async () => {
  const log: string[] = [];
  const error = await rejection<CheckpointError>(
    run({
      log,
      user: { afterRestore: throwing('user after') },
      dump: () => Promise.reject(new EngineError('criu says no')),
    }),
  );
  expect(log).toEqual([...BEFORE, 'dump', ...AFTER]);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(messages(error)).toEqual(['criu says no', 'user after']);
  expect(sharedRuntime().checkpointing).toBe(false);
});

test.each(['restored', 'continued'] as const)('hooks that fail after %s: one RestoreError', async (kind) => {
  const log: string[] = [];
  const error = await rejection<RestoreError>(
    run({
      log,
      user: { afterRestore: throwing('user after') },
      own: { afterRestore: throwing('own after') },
      dump: async () => ({ kind }),
    }),
  );
  expect(log).toEqual([...BEFORE, 'dump', ...AFTER]);
  expect(error).toBeInstanceOf(RestoreError);
  expect(messages(error)).toEqual(['own after', 'user after']);
  expect(sharedRuntime().checkpointing).toBe(false);
});

test('the process is kept alive until the cycle has ended, and no longer', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const tried = async () => {
    const before = timers();
    let during = 0;
    const dump = async () => {
      during = timers() - before;
      return RESTORED;
    };
    await run({ log: [], dump });
    return [during, timers() - before];
  };
  // More than once: the test runner's own timers come and go meanwhile.
  await expect.poll(tried).toEqual([1, 0]);
});

test('a second cycle, and one from within a hook, is refused and notifies nobody', async () => {
  const [first, second, inner]: string[][] = [[], [], []] as [string[], string[], string[]];
  const refused: string[] = [];
  const note = async (promise: Promise<unknown>) =>
    refused.push(...(await rejection<CheckpointError>(promise)).errors.map(({ name }) => name));
  const again = { beforeCheckpoint: () => note(run({ log: inner as string[] })).then(() => {}) };
  const running = run({ log: first as string[], user: { ...again, afterRestore: again.beforeCheckpoint } });
  await note(run({ log: second as string[] }));
  expect(sharedRuntime().checkpointing).toBe(true);
  expect(await running).toBe('restored');
  expect(refused).toEqual(Array(3).fill('RecursiveCheckpointError'));
  expect([first, second, inner]).toEqual([[...BEFORE, 'dump', ...AFTER], [], []]);
  expect(await run({ log: [] })).toBe('restored');
});

test('a resource of the runtime has as long as work in flight may take, beside the limit of a hook', async () => {
  vi.resetModules();
  vi.useFakeTimers();
  try {
    // The limits take the timers that they find when they are loaded.
    const { runCheckpointCycle: cycle } = await import('../../../src/program/coordination/cycle.ts');
    const log: string[] = [];
    const slow = { beforeCheckpoint: () => new Promise<void>((resolve) => setTimeout(resolve, 25_000)) };
    const ended = (wait: number) => {
      const outcome = cycle({
        context: new Context(),
        runtimeResources: [slow],
        wait,
        census: () => [],
        dump: async () => RESTORED,
      });
      outcome.then(
        (kind) => log.push(`${wait}: ${kind}`),
        (error) => log.push(`${wait}: ${messages(error)}`),
      );
      return outcome.catch(() => {});
    };
    for (const wait of [20_000, 10_000]) {
      const over = ended(wait);
      await vi.advanceTimersByTimeAsync(30_000);
      await over;
    }
    expect(log).toEqual([
      '20000: restored',
      expect.stringMatching(/^10000: .*did not finish within 20000 ms/),
    ]);
  } finally {
    vi.useRealTimers();
  }
});
