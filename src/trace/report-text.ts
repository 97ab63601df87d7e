import { formatTable } from '../cli/format.ts';
import { type Frame, libraryName } from './frames.ts';
import type { OpenDescriptor, Opening, ProcessReport, Report } from './report.ts';

export interface Shown {
  /** The runtime's own, what was inherited, and whole stacks. */
  all: boolean;
}

const FRAMES = 16;

export function reportText({ processes }: Report, { all }: Shown): string {
  const shown = processes.filter((process, i) => all || i === 0 || process.descriptors.some(isProgramsOwn));
  return `${shown.map((process) => processText(process, all)).join('\n')}`;
}

const isProgramsOwn = ({ how, runtime }: OpenDescriptor): boolean =>
  how !== 'inherited' && runtime === undefined;

function processText(process: ProcessReport, all: boolean): string {
  const { pid, command, ended, descriptors } = process;
  const own = descriptors.filter((one) => all || isProgramsOwn(one));
  const hidden = descriptors.length - own.length;
  const state = ended === undefined ? 'is running' : ended;
  const rest =
    hidden > 0 ? `, and ${hidden} that it was given or that its runtime needs (--all shows them)` : '';
  return [
    `process ${pid} (${command}) ${state}: ${own.length} still open${rest}`,
    ...own.map((one) => descriptorText(one, all)),
    '',
  ].join('\n');
}

export function descriptorText(one: OpenDescriptor, all: boolean): string {
  const how = one.from !== undefined && one.how === 'duplicated' ? `, a copy of ${one.from}` : '';
  const runtime = one.runtime ? ` (${one.runtime})` : '';
  const head = `  ${String(one.fd).padStart(3)}  ${one.kind}  ${one.what}${how}${runtime}`;
  if (!one.opened) return `${head}\n       open before the trace began: its opening was not seen`;
  return [head, ...openingText(one.opened, all).map((line) => `       ${line}`)].join('\n');
}

export function openingText({ call, time, thread, native, javascript }: Opening, all: boolean): string[] {
  const name = thread.name ? ` (${thread.name})` : '';
  const stack = all ? native : native.slice(0, FRAMES);
  const rest = native.length - stack.length;
  return [
    `by ${call} at ${time} in thread ${thread.tid}${name}`,
    ...(javascript.length > 0 ? ['JavaScript:', ...javascript.map((frame) => `  ${frame}`)] : []),
    ...(native.length > 0 ? ['native:', ...frameLines(stack).map((line) => `  ${line}`)] : []),
    ...(rest > 0 ? [`  … ${rest} more (--all)`] : []),
  ];
}

function frameLines(frames: Frame[]): string[] {
  return formatTable(
    frames.map((frame) => [
      frame.function ?? (frame.library ? '(no symbol)' : '(code made at run time)'),
      frame.library
        ? `${libraryName(frame.library)}+0x${frame.offset.toString(16)}`
        : `0x${frame.offset.toString(16)}`,
      frame.source ?? '',
    ]),
  ).split('\n');
}
