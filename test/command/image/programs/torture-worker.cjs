// The same steps in a thread with a heap of its own; its allocations go to arenas that are not the main one.
const { parentPort } = require('node:worker_threads');

process.env.SCALE = '8000';
const { step } = require('./torture.cjs');

parentPort.on('message', (number) => {
  try {
    parentPort.postMessage(step(number));
  } catch (error) {
    parentPort.postMessage(String(error));
  }
});
