/** Shell lines that the machines carry out, and what is expected of them. */

export const AS_USER =
  'setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all env HOME=/tmp';
const ASK = `node -e 'let n=0;const ask=()=>fetch("http://127.0.0.1:3000/").then(r=>r.text()).then(t=>{console.log(t);process.exit(0)},e=>n++>600?(console.log(String(e)),process.exit(1)):setTimeout(ask,200));ask()'`;

/** Writes lines that run, ask, and checkpoint into PLACE; the state of program.js is the engine direct's (state.c). */
export const make = (place, level, as = '', engine = 'criu', program = 'program.js') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp; date +%s%3N
${as} ${engine === 'direct' ? 'env STATE=1 ' : ''}crac run --engine ${engine} --cpu ${level} --image ${place} /srv/${program} & ${ASK} && ${as} crac checkpoint ${place} && wait && crac inspect ${place}${as && ' --trust-image-of 1000'}`;

/** Writes lines that restore, ask, and end; they also say how a restore that fails has ended. */
export const restore = (place, as = '') =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); ${as && 'chown 1000:1000 $CRAC_RUNTIME_DIR; '}cd /tmp; date +%s%3N
${as} crac restore ${place} & r=$!; (while kill -0 $r 2>/dev/null; do sleep 0.5; done; echo ended) & ${ASK} & a=$!
while kill -0 $a 2>/dev/null && kill -0 $r 2>/dev/null; do sleep 0.2; done
if kill -0 $r 2>/dev/null; then wait $a; c=$?; kill $r; exit $c; fi; wait $r; exit $?`;

/** Writes lines that restore, ask, and make an image of the copy; PLACE and its next one. */
export const again = (place, next) =>
  `export CRAC_RUNTIME_DIR=$(mktemp -d); cd /tmp; date +%s%3N
crac restore ${place} & ${ASK} && crac checkpoint $(cat $CRAC_RUNTIME_DIR/*/program) --image ${next} && wait`;

const WITHIN = 900_000; // ms; a clock of another machine is mostly further away

/** What the program has answered last, by its image. */
export const answers = new Map();

export const answerIn = (output) => {
  const line = output.split('\n').find((one) => one.startsWith('{"same":'));
  return line && JSON.parse(line);
};

/** Everything works, and the wall clock is this machine's. */
export const good = ({ code, output }) => {
  const answer = answerIn(output);
  if (code !== 0 || !answer) return false;
  const { same, fetched, now, guard, dropped } = answer;
  const date = Number(output.split('\n')[0]);
  const pages = ['none', 'guarded'].includes(guard) && ['none', 'there'].includes(dropped);
  return same && fetched === 'plain' && pages && now >= date && now < date + WITHIN;
};

/** The copy goes on from where its image was made: its monotonic clocks, its pages, and no number is drawn twice. */
export const goesOn = (made) => (outcome) => {
  const before = answers.get(made);
  const after = answerIn(outcome.output);
  if (!good(outcome) || !before) return false;
  const clocks = [
    [before.monotonic, after.monotonic],
    [before.hrtime / 1e6, after.hrtime / 1e6],
  ].every(([then, now]) => now > then && now < then + WITHIN);
  const pages = before.guard === after.guard && before.dropped === after.dropped;
  return clocks && pages && before.drawn !== after.drawn;
};

/** Another program than program.js has answered as often as it was asked, its copies too, and has all that it had. */
export const hasCounted = (jobs) => (outcome) => {
  const answer = answerIn(outcome.output);
  return outcome.code === 0 && answer?.same === true && answer.jobs === jobs;
};

/** For the CPU's sake. */
export const refused = ({ code, output }) =>
  code === 72 && output.includes('This is missing, and the program uses');

/** For pages of another size. */
export const refusedForPages = ({ code, output }) => code === 72 && output.includes('with pages of');
