import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../src/program');
const TIMERS =
  /(?<![.\w#])(set(?:Timeout|Interval|Immediate)|clear(?:Timeout|Interval|Immediate)|queueMicrotask)(?=\()/g;

/** Clears a timer of the program's own, by what the program may have in its place. */
const THE_PROGRAMS = ['adapters/libraries/ioredis/clients.ts'];

/** Returns the text without comments and without texts for people and other machines. */
const code = (text: string): string =>
  text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\/\/.*/g, '')
    .replace(/'[^'\n]*'/g, "''");

// Programs replace them: fake timers in tests, a clock that stands still.
test('what runs inside of a program takes timers as they were when it was loaded', () => {
  const files = readdirSync(PROGRAM, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const bare = files.flatMap((name) => {
    const text = code(readFileSync(join(PROGRAM, name), 'utf8'));
    const [, taken = ''] = /const \{([^}]*)\} = globalThis/.exec(text) ?? [];
    return [...text.matchAll(TIMERS)]
      .map(([timer]) => timer)
      .filter((timer) => !taken.includes(timer))
      .map((timer) => `${name}: ${timer}`);
  });
  expect(bare.filter((each) => !THE_PROGRAMS.some((name) => each.startsWith(name)))).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});
