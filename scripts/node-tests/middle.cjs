// Preloaded into a test of Node's own by scripts/node-tests.mjs: asks for a checkpoint in the test's middle, that is at
// the first turn of its loop, when its main script has been evaluated and something is pending, or at a later one. What
// was said of it goes into a file, since standard output and error are the test's.
'use strict';
const { appendFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const { setImmediate: later, process: self } = globalThis; // tests replace them

const { CRAC_MIDDLE: setting } = self.env;
delete self.env.CRAC_MIDDLE; // children of the test have no middle
if (setting && isMainThread) {
  const { library, said, turn, tries } = JSON.parse(setting);
  const { checkpointRestore } = require(library);
  const say = (what) => appendFileSync(said, `${JSON.stringify(what)}\n`);
  let left = tries;

  const ask = async () => {
    say({ asked: tries - left });
    try {
      await checkpointRestore();
      say({ done: true });
    } catch (error) {
      const all = (error.errors ?? [error]).map(({ code, message }) => ({ code, message }));
      say({ refused: all });
      left -= 1;
      if (left > 0) at(turn, ask);
    }
  };
  // Nothing of this keeps the loop alive: a test with nothing pending has no middle.
  const at = (turns, what) => later(() => (turns > 1 ? at(turns - 1, what) : what())).unref();
  at(turn, ask);
}
