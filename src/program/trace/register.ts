/**
 * Loaded by `--require` into each Node process and Worker that `crac trace` runs: hands the JavaScript stack to the
 * native part (native/trace), which asks for it in the middle of each call that makes a descriptor.
 */
import { createHook } from 'node:async_hooks';
import { isMainThread, threadId } from 'node:worker_threads';
import { askedFor, noteAsking, wholeStack } from '../../shared/trace-stack.ts';
import { followOpens } from './opens.ts';

interface Native {
  /** Sets the function that returns the lines of a stack; it is called in this thread, synchronously. */
  watch(capture: () => string): void;
  /** Writes one record into the journal (src/command/trace/journal.ts). */
  record(text: string): void;
}

const LOADED = Symbol.for('node-crac.trace');
const flagged = globalThis as Record<symbol, unknown>;

function load(path: string): Native | undefined {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch {
    return undefined; // another platform's node, or the trace is over and its files are gone
  }
  return module.exports as Native;
}

/** Returns the time, rounded up: never before the call that it is about. */
const seconds = (): string => ((Date.now() + 1) / 1000).toFixed(3);

const where = isMainThread ? 'the main thread' : `Worker ${threadId}`;
const lines = (stack: string): string =>
  [
    `t ${where}`,
    ...stack
      .split('\n')
      .filter(Boolean)
      .map((frame) => `j ${frame}`),
  ].join('\n');

/** Follows where each callback comes from, except for promises: those keep the frames of whoever awaits. */
function followCallbacks(): void {
  const init = (id: number, type: string): void => {
    if (type !== 'PROMISE') noteAsking(id, init);
  };
  createHook({ init, destroy: (id) => void askedFor.delete(id) }).enable();
}

function start(native: Native): void {
  native.watch(function capture() {
    return lines(wholeStack(capture));
  });
  followOpens((fd, stack) => native.record(`a ${process.pid} 0 ${seconds()} ${fd} -1\n${lines(stack)}`));
  followCallbacks();
  // What is open by now was opened for the runtime.
  if (isMainThread) native.record(`s ${process.pid} 0 ${seconds()} -1 -1\n`);
}

const { CRAC_TRACE_NATIVE } = process.env;
if (CRAC_TRACE_NATIVE && !flagged[LOADED]) {
  flagged[LOADED] = true;
  const native = load(CRAC_TRACE_NATIVE);
  if (native) start(native);
}
