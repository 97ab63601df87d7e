import { expect, test } from 'vitest';
import { CommandError, EXIT } from '../../../src/command/base/command-error.ts';
import { command, helpText, parse } from '../../../src/command/cli/options.ts';
import { atLeastOne, wholeNumber } from '../../../src/command/cli/values.ts';

const OPTIONS = {
  image: { value: 'DIR', short: 'i', help: 'where the image goes' },
  listen: { value: 'OLD=NEW', repeat: true, help: 'another port' },
  color: { value: 'WHEN', optional: true, help: 'colours' },
  json: { help: 'for programs' },
} as const;

const made = (passThrough?: true) =>
  command({
    name: 'try',
    summary: 'tries',
    usage: 'crac try DIR',
    options: OPTIONS,
    examples: ['crac try ./image'],
    run: async () => 0,
    ...(passThrough && { passThrough }),
  });
// biome-ignore lint/suspicious/noExplicitAny: a table of another command's
const parsed = (args: string[], passThrough?: true) => parse(made(passThrough) as any, args);

test.each<[string[], Record<string, unknown>, string[]]>([
  [[], {}, []],
  [['a', '--json', 'b'], { json: true }, ['a', 'b']],
  [['--image', 'x', '-'], { image: 'x' }, ['-']],
  [['-i', 'x'], { image: 'x' }, []],
  [['--image=x=y'], { image: 'x=y' }, []],
  [['--image='], { image: '' }, []],
  [['--image', '--json'], { image: '--json' }, []],
  [['--listen', '1=2', '--listen=3=4'], { listen: ['1=2', '3=4'] }, []],
  [['--color', 'always'], { color: '' }, ['always']],
  [['--color=always'], { color: 'always' }, []],
  [['--', '--json', '--'], {}, ['--json', '--']],
  [['grün', '😀', ''], {}, ['grün', '😀', '']],
  [['--help'], { help: true }, []],
  [['-h'], { help: true }, []],
])('%j', (args, values, words) => {
  expect(parsed(args)).toEqual({ values, words });
});

test.each([
  [['--imag', 'x'], 'unknown option --imag'],
  [['--__proto__'], 'unknown option --__proto__'],
  [['--toString=1'], 'unknown option --toString=1'],
  [['-x'], 'unknown option -x'],
  [['-ix'], 'unknown option -ix'],
  [['--'.repeat(2)], 'unknown option ----'],
  [['--json=1'], '--json takes no value'],
  [['--image'], '--image needs a value: --image DIR'],
  [['--image', 'a', '-i', 'b'], '--image was given twice'],
])('%j is refused', (args, message) => {
  expect(() => parsed(args)).toThrow(new CommandError(`${message}; see \`crac try --help\``, EXIT.usage));
});

test('from the first word on all belongs to a program, where a command starts one', () => {
  expect(parsed(['--json', 'app.js', '--image', 'x', '--'], true)).toEqual({
    values: { json: true },
    words: ['app.js', '--image', 'x', '--'],
  });
  expect(parsed(['--inspect', 'app.js'], true).words).toEqual(['--inspect', 'app.js']);
  expect(parsed(['--json', '--', 'x'], true).words).toEqual(['--', 'x']);
});

test('the help names every option in columns, and ends in an example', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a table of another command's
  expect(helpText(made() as any)).toBe(`usage: crac try DIR

tries

  -i, --image DIR       where the image goes
      --listen OLD=NEW  another port (may be repeated)
      --color[=WHEN]    colours
      --json            for programs
  -h, --help            this text

examples:
  crac try ./image
`);
});

test('numbers are whole, and no more than a number holds', () => {
  expect(wholeNumber('n', undefined, 7)).toBe(7);
  expect(wholeNumber('n', '007', 0)).toBe(7);
  for (const text of ['', ' ', '1.5', '-1', '1e3', '0x10', '１', '12 ', 'Infinity', '9007199254740993'])
    expect(() => wholeNumber('n', text, 0), text).toThrow(/^--n .*: expected a whole number/);
  expect(atLeastOne('n', '1', 5)).toBe(1);
  expect(() => atLeastOne('n', '0', 5)).toThrow('--n 0: expected at least 1');
});
