import { CommandError, EXIT } from '../base/command-error.ts';

/** @throws CommandError when the value of --name is no whole number */
export function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new CommandError(`--${name} ${text}: expected a whole number`, EXIT.usage);
  return number;
}

/** @throws CommandError when the value of --name is no whole number from 1 on */
export function atLeastOne(name: string, text: string | undefined, otherwise: number): number {
  const number = wholeNumber(name, text, otherwise);
  if (number < 1) throw new CommandError(`--${name} ${text}: expected at least 1`, EXIT.usage);
  return number;
}
