import { executionAsyncId } from 'node:async_hooks';

const FRAMES = 64;

/** The stack of the call that asked for what runs now, by async id: a callback has nobody above it. */
export const askedFor = new Map<number, string>();

export const ASKED_FOR = '(in a callback, asked for by)';

type Prepare = typeof Error.prepareStackTrace;

function place(site: NodeJS.CallSite): string {
  const file = site.getFileName();
  if (file) return `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`;
  return (site.isEval() && site.getEvalOrigin()) || 'native';
}

function nameOf(site: NodeJS.CallSite): string {
  const name = site.getFunctionName();
  if (!name) return '';
  if (site.isConstructor()) return `new ${name}`;
  const type = site.isToplevel() ? undefined : site.getTypeName();
  return type && type !== 'Object' && !name.includes('.') ? `${type}.${name}` : name;
}

/** Writes frames as V8 does; not by V8, because the program may have a `prepareStackTrace` of its own. */
const format: Prepare = (_, sites) =>
  sites
    .filter((site) => site.getFileName() !== __filename)
    .map((site) => {
      const name = nameOf(site);
      return name ? `${name} (${place(site)})` : place(site);
    })
    .join('\n');

/** Returns the frames of the JavaScript that runs now, innermost first, one a line. */
export function framesNow(above: (...args: never[]) => unknown): string {
  const { stackTraceLimit } = Error;
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: string } = {};
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = format;
  Error.captureStackTrace(holder, above);
  const { stack = '' } = holder; // the stack is formatted when it is read
  Error.stackTraceLimit = stackTraceLimit;
  if (own) Object.defineProperty(Error, 'prepareStackTrace', own);
  else Reflect.deleteProperty(Error, 'prepareStackTrace');
  return stack;
}

const isProgramsOwn = (frame: string): boolean =>
  frame !== '' && !/(^|\()node:/.test(frame) && !/(^|\()native/.test(frame);

const hasProgramsOwn = (stack: string): boolean => stack.split('\n').some(isProgramsOwn);

/** Notes who asks for what will run as `id`: the program, or the callback that runs now, for whom that is known. */
export function noteAsking(id: number, above: (...args: never[]) => unknown): void {
  const now = framesNow(above);
  const stack = hasProgramsOwn(now) ? now : askedFor.get(executionAsyncId());
  if (stack !== undefined) askedFor.set(id, stack);
}

/** Returns the frames that run now, and where none of them is the program's, those that asked for this callback. */
export function wholeStack(above: (...args: never[]) => unknown): string {
  const now = framesNow(above);
  if (hasProgramsOwn(now)) return now;
  const before = askedFor.get(executionAsyncId());
  return before ? [now, ASKED_FOR, before].filter(Boolean).join('\n') : now;
}
