import { CommandError, EXIT } from '../base/command-error.ts';
import type { ConfReader } from '../image/restore-conf.ts';

export type Labels = Record<string, string>;

/** Facts about the machine that an image was made on; `crac restore --require` takes them as it takes labels. */
export const FACTS = ['node', 'kernel', 'arch', 'libc'] as const;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;
/** Matches a value: it must fit on a line of restore.conf, and of a terminal. */
const VALUE = /^[^\p{Cc}]{0,1000}$/u;

/** The option of every command that makes an image. */
export const LABEL_OPTION = {
  value: 'NAME=VALUE',
  repeat: true,
  help: 'a label of the image, which a restore may ask for (`crac restore --require`)',
} as const;

/** @throws CommandError for what is no label, or one name with two values */
export function labelsOf(words: readonly string[], option = '--label'): Labels {
  const labels: Labels = {};
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    const refuse = (why: string): never => {
      throw new CommandError(`${option} ${word}: ${why}`, EXIT.usage);
    };
    if (rest.length === 0) refuse('expected NAME=VALUE, as app.version=1.2');
    if (!NAME.test(name)) refuse('a name has letters, digits and . _ / - only, at most 63 of them');
    if ((FACTS as readonly string[]).includes(name))
      refuse(`every image says by itself what ${name} it was made with; choose another name`);
    const value = rest.join('=');
    if (value === '' || !VALUE.test(value)) refuse('a value is a line of 1 to 1000 characters');
    if (Object.hasOwn(labels, name) && labels[name] !== value)
      refuse(`${name} has the value ${labels[name]} already`);
    labels[name] = value;
  }
  return labels;
}

/**
 * Checks the labels as the native restorer does (native/restore/machine.c); this is for a machine that has none.
 * @throws CommandError unless the image has all these labels
 */
export function checkRequired(image: string, conf: ConfReader, required: readonly string[]): void {
  const has = labelsOf(conf.values('label'));
  for (const [name, value] of Object.entries(labelsOf(required, '--require'))) {
    if (has[name] === value) continue;
    const found = has[name] === undefined ? `no label ${name}` : `the label ${name}=${has[name]}`;
    throw new CommandError(
      `${image} has ${found}, and ${name}=${value} is required. Restore another image, or make one with that\nlabel:\n  crac checkpoint TARGET --label ${name}=${value}`,
      EXIT.image,
    );
  }
}

export const labelWords = (labels: Labels): string[] =>
  Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
