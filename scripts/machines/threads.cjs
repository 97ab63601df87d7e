// What machines run besides program.js: Workers that compile hot code of their own, one of which waits in Atomics.wait.
const { once } = require('node:events');
const { createServer } = require('node:http');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

/** Waits for the next job by its number in shared memory, and answers there: a thread that no event loop wakes. */
function waits(shared) {
  const [asked, answered, sum] = [0, 1, 2];
  for (let last = 0; ; ) {
    Atomics.wait(shared, asked, last);
    if (Atomics.load(shared, asked) === last) continue; // woken for nothing
    last += 1;
    Atomics.add(shared, sum, last);
    Atomics.store(shared, answered, last);
    Atomics.notify(shared, answered);
  }
}

function answers() {
  const kept = new Map();
  parentPort.on('message', (number) => {
    let total = 0;
    for (let i = 0; i < 200_000; i++) total += Math.sqrt(i) * 1.5 + Math.floor(i / 3);
    kept.set(number, total);
    parentPort.postMessage({ jobs: kept.size, same: new Set(kept.values()).size === 1 });
  });
}

async function main() {
  const shared = new Int32Array(new SharedArrayBuffer(12));
  new Worker(__filename, { workerData: { shared } });
  const workers = Array.from({ length: 3 }, () => new Worker(__filename, { workerData: {} }));
  let jobs = 0;
  const server = createServer(async (_request, response) => {
    jobs += 1;
    const replies = await Promise.all(
      workers.map((each) => {
        each.postMessage(jobs);
        return once(each, 'message').then(([reply]) => reply);
      }),
    );
    Atomics.store(shared, 0, jobs);
    Atomics.notify(shared, 0);
    if (Atomics.load(shared, 1) !== jobs) await Atomics.waitAsync(shared, 1, jobs - 1).value;
    const same = replies.every((reply) => reply.same && reply.jobs === jobs);
    response.end(JSON.stringify({ same: same && shared[2] === (jobs * (jobs + 1)) / 2, jobs }));
  });
  server.listen(process.env.PORT ?? 3000, () => console.log('listening'));
}

if (isMainThread) main();
else if (workerData.shared) waits(workerData.shared);
else answers();
