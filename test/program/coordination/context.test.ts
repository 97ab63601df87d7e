import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  type CheckpointError,
  Context,
  type Registration,
  type RestoreError,
} from '../../../src/program/index.ts';
import { logged, rejection, throwing } from './support.ts';

async function cycle(context: Context): Promise<void> {
  await context.beforeCheckpoint();
  await context.afterRestore();
}

test('newest first before the checkpoint, in order of registration after it, one at a time', async () => {
  const log: string[] = [];
  const context = new Context();
  for (const name of ['a', 'b', 'c']) context.register(logged(log, name));
  await cycle(context);
  expect(log).toEqual(['c before', 'b before', 'a before', 'a after', 'b after', 'c after']);
});

test('hooks are methods of their resource and are given the context; one hook is enough', async () => {
  const calls: unknown[] = [];
  const context = new Context();
  const first = {
    beforeCheckpoint(given: Context) {
      calls.push(['first', this === first, given === context]);
    },
  };
  const second = {
    afterRestore(given: Context) {
      calls.push(['second', this === second, given === context]);
    },
  };
  context.register(first);
  context.register(second);
  await cycle(context);
  expect(calls).toEqual([
    ['first', true, true],
    ['second', true, true],
  ]);
});

test('everyone is notified whatever the others throw', async () => {
  const log: string[] = [];
  const context = new Context();
  context.register(logged(log, 'a', { beforeCheckpoint: () => Promise.reject(new TypeError('rejected')) }));
  context.register(
    { beforeCheckpoint: throwing('sync'), afterRestore: throwing('sync after') },
    { name: 'b' },
  );
  context.register(
    {
      beforeCheckpoint() {
        throw 42;
      },
    },
    { name: 'c' },
  );
  context.register(logged(log, 'd', { afterRestore: throwing('late') }), { name: 'd' });

  const before = await rejection<CheckpointError>(context.beforeCheckpoint());
  const after = await rejection<RestoreError>(context.afterRestore());
  expect(log).toEqual(['d before', 'a before', 'a after', 'd after']);
  expect(before.message).toBe(
    [
      'The checkpoint failed with 3 errors; no image was made, the program goes on:',
      '  c.beforeCheckpoint: CracError: Something that is not an Error was thrown: 42. Throw an Error to see where. (ERR_CRAC_NOT_AN_ERROR)',
      '  b.beforeCheckpoint: Error: sync',
      '  resource 1.beforeCheckpoint: TypeError: rejected',
    ].join('\n'),
  );
  expect(before.errors[0]?.cause).toBe(42);
  expect(after.message).toBe(
    [
      'The program goes on after the checkpoint, but afterRestore failed with 2 errors:',
      '  b.afterRestore: Error: sync after',
      '  d.afterRestore: Error: late',
    ].join('\n'),
  );
});

test('nested contexts: their place in the order, their errors dissolved into the outer one', async () => {
  const log: string[] = [];
  const [outer, middle, inner] = [new Context(), new Context('middle'), new Context('inner')];
  outer.register(logged(log, 'first'));
  outer.register(middle);
  outer.register(logged(log, 'last', { beforeCheckpoint: throwing('of last') }), { name: 'last' });
  middle.register(inner);
  middle.register(logged(log, 'm', { beforeCheckpoint: throwing('of m') }), { name: 'm' });
  inner.register(logged(log, 'i1', { beforeCheckpoint: throwing('of i1') }));
  inner.register(logged(log, 'i2', { afterRestore: throwing('of i2') }));

  const before = await rejection<CheckpointError>(outer.beforeCheckpoint());
  const after = await rejection<RestoreError>(outer.afterRestore());
  expect(log).toEqual([
    ...['last before', 'm before', 'i2 before', 'i1 before', 'first before'],
    ...['first after', 'i1 after', 'i2 after', 'm after', 'last after'],
  ]);
  expect(before.errors.map(({ message }) => message)).toEqual(['of last', 'of m', 'of i1']);
  expect(after.errors.map(({ message }) => message)).toEqual(['of i2']);
});

test('a context within itself is refused, directly at once and through another one at the checkpoint', async () => {
  const log: string[] = [];
  const [outer, inner] = [new Context(), new Context()];
  expect(() => outer.register(outer)).toThrow(
    'A Context cannot be registered in itself. Register it in another one.',
  );
  outer.register(logged(log, 'a'));
  outer.register(inner);
  inner.register(outer);
  const error = await rejection<CheckpointError>(outer.beforeCheckpoint());
  await outer.afterRestore();
  expect(error.errors.map((each) => (each as { code?: string }).code)).toEqual([
    'ERR_CRAC_RECURSIVE_CHECKPOINT',
  ]);
  expect(log).toEqual(['a before', 'a after']);
});

test('registering one object twice is one registration, the first', async () => {
  const log: string[] = [];
  const context = new Context();
  const resource = logged(log, 'a');
  const first = context.register(resource, { name: 'first' });
  expect(context.register(resource, { name: 'second' })).toBe(first);
  await cycle(context);
  expect(log).toEqual(['a before', 'a after']);
  first.unregister();
  const second = context.register(resource, { name: 'second' });
  first.unregister(); // does not concern the new registration
  expect(context.register(resource, { name: 'third' })).toBe(second);
  expect(second.name).toBe('second');
  await cycle(context);
  expect(log).toEqual(['a before', 'a after', 'a before', 'a after']);
});

test('what is registered during a checkpoint takes part from the next one on', async () => {
  const log: string[] = [];
  const context = new Context();
  context.register(
    logged(log, 'a', {
      beforeCheckpoint: () => void context.register(early),
      afterRestore: () => void context.register(late),
    }),
  );
  const early = logged(log, 'early');
  const late = logged(log, 'late');
  await cycle(context);
  expect(log).toEqual(['a before', 'a after']);
  log.length = 0;
  await cycle(context);
  expect(log).toEqual(['late before', 'early before', 'a before', 'a after', 'early after', 'late after']);
});

test('after unregister no hook is started, in the middle of a checkpoint too', async () => {
  const log: string[] = [];
  const context = new Context();
  const registrations: Registration[] = [];
  for (const name of ['a', 'b']) registrations.push(context.register(logged(log, name)));
  const unregister = (index: number) => () => registrations[index]?.unregister();
  context.register(logged(log, 'c', { beforeCheckpoint: unregister(1) }));
  registrations.push(context.register(logged(log, 'd', { beforeCheckpoint: () => unregister(2)() })));
  await cycle(context);
  expect(log).toEqual(['d before', 'c before', 'a before', 'a after', 'c after']);
  log.length = 0;
  registrations[0]?.[Symbol.dispose]();
  registrations[0]?.[Symbol.dispose]();
  await cycle(context);
  expect(log).toEqual(['c before', 'c after']);
});

test('afterRestore notifies the set of the last beforeCheckpoint, once; without one, nobody', async () => {
  const log: string[] = [];
  const context = new Context();
  context.register(logged(log, 'a'));
  await context.afterRestore();
  expect(log).toEqual([]);
  await cycle(context);
  await context.afterRestore();
  expect(log).toEqual(['a before', 'a after']);
});

test('a context whose checkpoint is still going on refuses a second one', async () => {
  const log: string[] = [];
  const context = new Context();
  context.register(logged(log, 'a'));
  const first = context.beforeCheckpoint();
  expect(
    (await rejection<CheckpointError>(context.beforeCheckpoint())).errors.map(({ name }) => name),
  ).toEqual(['RecursiveCheckpointError']);
  await first;
  expect(log).toEqual(['a before']);
});

test('weak resources may go, and are held from the checkpoint to the restore; the others stay', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const log: string[] = [];
  const context = new Context();
  const kept = logged(log, 'kept');
  context.register(kept, { weak: true });
  (() => {
    context.register(logged(log, 'anonymous'));
    context.register(logged(log, 'lost'), { weak: true });
  })();
  await context.beforeCheckpoint();
  collect();
  await context.afterRestore();
  // `lost` is still here: the checkpoint holds it.
  expect(log).toEqual([
    ...['lost before', 'anonymous before', 'kept before'],
    ...['kept after', 'anonymous after', 'lost after'],
  ]);
  log.length = 0;
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  await cycle(context);
  expect(log).toEqual(['anonymous before', 'kept before', 'kept after', 'anonymous after']);
  expect(kept).toBeDefined();
});

test('names: as given, own name, class, number', () => {
  class Pool {
    afterRestore() {}
  }
  const context = new Context();
  const hook = { afterRestore() {} };
  const names = [
    context.register({ ...hook }, { name: 'mine' }),
    context.register({ ...hook, name: 'own' } as object),
    context.register(new Pool()),
    context.register({ ...hook }),
    context.register(new Context()),
    context.register(new Context('cache')),
  ].map(({ name }) => name);
  expect(names).toEqual(['mine', 'own', 'Pool', 'resource 4', 'Context', 'cache']);
});

test.each([
  [
    undefined,
    'A resource must be an object with beforeCheckpoint() or afterRestore(), not undefined. Pass such an object.',
  ],
  [
    null,
    'A resource must be an object with beforeCheckpoint() or afterRestore(), not null. Pass such an object.',
  ],
  [
    'x',
    'A resource must be an object with beforeCheckpoint() or afterRestore(), not string. Pass such an object.',
  ],
  [{}, 'The resource has neither beforeCheckpoint() nor afterRestore(). Give it one of these methods.'],
  [() => {}, 'The resource has neither beforeCheckpoint() nor afterRestore(). Give it one of these methods.'],
  [
    { beforeCheckpoint() {}, afterRestore: true },
    'afterRestore of a resource must be a function, not boolean. Make it a method.',
  ],
])('refuses the resource %o', (resource, message) => {
  let thrown: unknown;
  try {
    new Context().register(resource as object);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TypeError);
  expect(thrown).toMatchObject({ code: 'ERR_CRAC_INVALID_RESOURCE', message });
});

test.each([0, -1, Number.NaN, '10'])('refuses the time limit %o', (timeout) => {
  expect(() => new Context().register({ afterRestore() {} }, { timeout: timeout as number })).toThrow(
    `The option timeout must be a number of milliseconds above 0, not ${timeout}. Use Infinity for no limit.`,
  );
});
