import { expect, test } from 'vitest';
import { PLAIN } from '../../../src/command/diagnosis/format.ts';
import { BOTH, limit, ok, problem, unknown, withProof } from '../../../src/command/doctor/finding.ts';
import { fix } from '../../../src/command/doctor/fix.ts';
import { formatReport } from '../../../src/command/doctor/format.ts';

const WHY = 'a filter cannot be suspended';
const SECCOMP = problem('caller.seccomp', '1 filter(s)', WHY, {
  affects: ['checkpoint'],
  mend: ['docker run --security-opt seccomp=unconfined …'],
});
const NOTHING = { engine: 'criu', engines: {} } as const;
const CACHE = limit('place.engine-cache', 'there is none', 'the engine starts slower', {
  affects: ['restore'],
  mend: ['crac engine install --if-needed'],
});

test('everything in its group, then what is to be mended, worst first, and the answer last', () => {
  const findings = [
    ok('engine.found', 'CRIU 4.2.1', 'it does the work'),
    CACHE,
    SECCOMP,
    problem('trial.checkpoint', 'failed: the engine could not dump the program', 'the proof', {
      affects: ['checkpoint'],
      details: 'line two\nline three',
    }),
    ok('trial.restore', 'works; took 18 ms', 'the proof', { affects: ['restore'] }),
    unknown('kernel.options', 'cannot be read', 'CRIU needs options'),
  ];
  expect(formatReport({ ...NOTHING, checkpoint: 'no', restore: 'yes', findings }, PLAIN)).toBe(`engine
  ok       found         CRIU 4.2.1
place
  limit    engine-cache  there is none
caller
  problem  seccomp       1 filter(s)
trial
  problem  checkpoint    failed: the engine could not dump the program
  ok       restore       works; took 18 ms
kernel
  unknown  options       cannot be read

What prevents it
  caller.seccomp (checkpoint): 1 filter(s)
    A filter cannot be suspended.
      docker run --security-opt seccomp=unconfined …
  trial.checkpoint (checkpoint): failed: the engine could not dump the program
    The proof.
    line two
    line three

What limits it
  place.engine-cache (restore): there is none
    The engine starts slower.
      crac engine install --if-needed

checkpoint: no; restore: yes (18 ms)
`);
});

test('what was proved to work is prevented by nothing', () => {
  const both = problem('caller.calls.ptrace', 'refused', 'the engine uses it', { affects: BOTH });
  expect(withProof([SECCOMP, both], ['checkpoint']).map(({ state }) => state)).toEqual(['limit', 'problem']);
  expect(withProof([SECCOMP, both], []).map(({ state }) => state)).toEqual(['problem', 'problem']);
});

test('--fix says each thing before it does it, and goes on after one that fails', async () => {
  const done: string[] = [];
  const step = (name: string, run: () => Promise<unknown>) =>
    limit(`place.${name}`, 'missing', 'needed', { fix: { say: `making ${name}`, run } });
  const findings = [
    step('a', async () => done.push('a')),
    step('b', async () => {
      throw new Error('EACCES: permission denied');
    }),
    CACHE,
    { ...step('c', async () => done.push('c')), state: 'ok' as const },
    step('d', async () => done.push('d')),
  ];
  const count = await fix({ ...NOTHING, checkpoint: 'yes', restore: 'yes', findings }, (line) =>
    done.push(line),
  );
  expect(count).toBe(2);
  expect(done).toEqual([
    'place.a: making a',
    'a',
    'place.b: making b',
    'place.b: could not be done: EACCES: permission denied',
    'place.d: making d',
    'd',
  ]);
});
