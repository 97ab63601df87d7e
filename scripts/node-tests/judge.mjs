import { alone, withMiddle } from './one-test.mjs';

/** What the program was told of a checkpoint that was refused, by codes. */
const refusals = (heard) => heard.flatMap(({ refused }) => refused ?? []);

/** Tells whether a test says something else each time: random numbers, or lines in another order. */
async function varies(path, where, before) {
  const again = await alone(path, where);
  return again.how === 0 && again.outcome !== before.outcome;
}

/** One look at a test: alone, then with a middle. */
async function look(path, where, turn) {
  const by = await alone(path, where);
  if (by.how !== 0)
    return { class: 'not here', why: `alone it ends with ${by.how}`, said: by.stderr.slice(-500) };
  if (/^(1\.\.0|Skipping)/m.test(by.stdout)) return { class: 'not here', why: 'it skips itself' };
  const it = await withMiddle(path, where, turn);
  const same = it.outcome === by.outcome || (it.how === 0 && (await varies(path, where, by)));
  const refused = refusals(it.heard);
  if (it.is === 'restored' && same) return { class: 'pass', tries: it.heard.length };
  if (same && refused.length > 0) {
    const [{ code, message }] = refused;
    return { class: 'refused', why: code, said: message.slice(0, 300) };
  }
  if (same) return { class: 'no middle' };
  const how =
    it.is === 'restored'
      ? 'restored'
      : refused.length > 0
        ? 'refused'
        : it.heard.length > 0
          ? 'asked'
          : 'run';
  return {
    class: 'fail',
    why: `${how}: it ends with ${it.how}`,
    said: `${it.stdout.slice(-1000)}\n--\n${it.stderr.slice(-3000)}`,
  };
}

/**
 * Judges a test: `pass`, `refused` (by name, and the test went on and passed), `no middle` (it was over before), `not here`
 * (it does not pass alone), `unsteady` (it failed once and passed then), `under run` (it fails under `crac run` without a
 * checkpoint) or `fail`.
 */
export async function judge(path, where, turn) {
  const first = await look(path, where, turn);
  if (first.class !== 'fail') return first;
  for (let again = 0; again < 1; again++) {
    const next = await look(path, where, turn);
    if (next.class !== 'fail') return { ...first, class: 'unsteady', afterwards: next.class };
  }
  const [by, control] = [await alone(path, where), await withMiddle(path, where)];
  return by.outcome === control.outcome
    ? first
    : { ...first, class: 'under run', said: control.stderr.slice(-3000) };
}
