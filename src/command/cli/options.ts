import { CommandError, EXIT } from '../base/command-error.ts';

/** One option of a command; help texts and parsing are made from the same table. */
export interface Option {
  /** The name of the value in the help text; undefined for a switch. */
  value?: string;
  /** True where the value may be left out, and must stand after `=`; without one it is the empty string. */
  optional?: true;
  short?: string;
  repeat?: true;
  help: string;
}

export type OptionTable = Record<string, Option>;

export type Values<T extends OptionTable> = {
  [K in keyof T]?: T[K] extends { repeat: true }
    ? string[]
    : T[K] extends { value: string }
      ? string
      : boolean;
};

export interface Command<T extends OptionTable = OptionTable> {
  name: string;
  summary: string;
  usage: string;
  description?: string;
  options: T;
  examples: string[];
  /** @returns the exit code */
  run(values: Values<T>, words: string[]): Promise<number>;
  /** True where parsing stops at the first word that is not one of ours: the rest belongs to a program. */
  passThrough?: true;
}

export const command = <const T extends OptionTable>(definition: Command<T>): Command<T> => definition;

export const COMMON = {
  help: { short: 'h', help: 'this text' },
} as const satisfies OptionTable;

interface Parsed {
  values: Record<string, string | string[] | boolean>;
  words: string[];
}

/** @throws CommandError for an unknown option or a missing value */
export function parse(definition: Command, args: string[]): Parsed {
  const table: OptionTable = { ...definition.options, ...COMMON };
  const values: Parsed['values'] = {};
  const words: string[] = [];
  const refuse = (message: string): never => {
    throw new CommandError(`${message}; see \`crac ${definition.name} --help\``, EXIT.usage);
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (argument === '--') {
      words.push(...args.slice(definition.passThrough ? i : i + 1));
      break;
    }
    const name = optionName(argument, table);
    if (name === undefined) {
      if (definition.passThrough) {
        words.push(...args.slice(i));
        break;
      }
      if (argument.startsWith('-') && argument !== '-') refuse(`unknown option ${argument}`);
      words.push(argument);
      continue;
    }
    const option = table[name] as Option;
    const equals = argument.indexOf('=');
    if (option.value === undefined) {
      if (equals >= 0) refuse(`--${name} takes no value`);
      values[name] = true;
      continue;
    }
    if (option.optional) {
      values[name] = equals >= 0 ? argument.slice(equals + 1) : '';
      continue;
    }
    const value = equals >= 0 ? argument.slice(equals + 1) : args[++i];
    if (value === undefined) return refuse(`--${name} needs a value: --${name} ${option.value}`);
    if (option.repeat) values[name] = [...((values[name] as string[] | undefined) ?? []), value];
    else if (name in values) refuse(`--${name} was given twice`);
    else values[name] = value;
  }
  return { values, words };
}

function optionName(argument: string, table: OptionTable): string | undefined {
  if (argument.startsWith('--')) {
    const name = argument.slice(2).split('=')[0] as string;
    return Object.hasOwn(table, name) ? name : undefined;
  }
  if (/^-[a-zA-Z]$/.test(argument))
    return Object.keys(table).find((name) => table[name]?.short === argument[1]);
  return undefined;
}

function valueHelp({ value, optional }: Option): string {
  if (!value) return '';
  return optional ? `[=${value}]` : ` ${value}`;
}

export function helpText(definition: Command): string {
  const rows = Object.entries({ ...definition.options, ...COMMON } as OptionTable).map(
    ([name, option]): [string, string] => [
      `${option.short ? `-${option.short}, ` : '    '}--${name}${valueHelp(option)}`,
      `${option.help}${option.repeat ? ' (may be repeated)' : ''}`,
    ],
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `usage: ${definition.usage}`,
    '',
    definition.description ?? definition.summary,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    '',
    'examples:',
    ...definition.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}
