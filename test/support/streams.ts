import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { type Ended, type Place, pause, type Running } from './crac.ts';

/** The kind of standard input, output and error of a command. */
export type Kind = 'pipe' | 'file' | 'null' | 'terminal' | 'socket' | 'closed';

export const KINDS: Kind[] = ['pipe', 'file', 'null', 'terminal', 'socket', 'closed'];

/** Tells whether nothing can be seen of such streams, and nothing comes in. */
export const isMute = (kind: Kind): boolean => kind === 'null' || kind === 'closed';

export interface Streams {
  running: Running;
  output(): string;
  /** Ends the input and waits for the command's end; `output` has what came on both streams. */
  end(): Promise<Ended & { output: string }>;
  line(pattern: RegExp): Promise<void>;
}

let files = 0;
const QUIET = 'the terminal is quiet now\n';

/** Starts a command with all three streams of one kind; `input` is what it finds there to read. */
export function startWith(place: Place, kind: Kind, command: string[], input = ''): Streams {
  const out = place.path(`output-${++files}`);
  const running = start(place, kind, command, input, out);
  const output = () =>
    kind === 'file'
      ? readFileSync(out, 'utf8')
      : (running.stdout() + running.stderr()).replace(QUIET, '').replace('^D\b\b', '');
  running.child.stdin?.on('error', () => {}); // it has ended, and does not read any more
  // What comes before the echo is off would come back.
  const quiet = kind === 'terminal' ? running.line(new RegExp(QUIET)) : Promise.resolve();
  const written = quiet.then(
    () => kind !== 'file' && running.child.stdin?.write(input),
    () => false,
  );
  return {
    running,
    output,
    async end() {
      await written;
      if (kind === 'terminal') running.child.stdin?.write('\x04');
      else running.child.stdin?.end();
      const ended = await running.ended;
      return { ...ended, output: output() };
    },
    async line(pattern) {
      for (const until = Date.now() + 60_000; !pattern.test(output()); await pause(10))
        if (Date.now() > until) throw new Error(`no ${pattern} in: ${output()}`);
    },
  };
}

function start(place: Place, kind: Kind, command: string[], input: string, out: string): Running {
  const [file = '', ...args] = command;
  switch (kind) {
    case 'socket': // node's pipes are socket pairs
      return place.start(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    case 'pipe':
      return shell(place, 'set -o pipefail; cat | "$@" 2>&1 | cat', command);
    case 'file': {
      writeFileSync(`${out}.in`, input);
      const written = openSync(out, 'w');
      return place.start(file, args, { stdio: [openSync(`${out}.in`, 'r'), written, written] });
    }
    case 'null':
      return place.start(file, args, { stdio: 'ignore' });
    case 'closed':
      return shell(place, 'exec "$@" <&- >&- 2>&-', command);
    case 'terminal': {
      const words = command.map((word) => `'${word}'`).join(' ');
      return place.start(
        'script',
        ['-qec', `stty -echo -onlcr; echo ${QUIET.trim()}; exec ${words}`, '/dev/null'],
        {
          stdio: ['pipe', 'pipe', 'pipe'],
        },
      );
    }
  }
}

const shell = (place: Place, line: string, command: string[]): Running =>
  place.start('bash', ['-c', line, 'bash', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
