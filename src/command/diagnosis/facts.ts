import type { LogLine } from './line.ts';
import { type Speaker, speakersOf } from './speaker.ts';

/** The facts that a text states about itself, whatever the failure is. */
export interface Facts {
  /** The programs whose words stand in it, outermost first. */
  speakers: Speaker[];
  /** The version in the head of the engine's log. */
  criu?: string;
  kernel?: string;
  architecture?: string;
  /** Another log that a line names. */
  log?: string;
}

const group = (lines: readonly LogLine[], pattern: RegExp): string | undefined => {
  for (const { text } of lines) {
    const [, value] = text.match(pattern) ?? [];
    if (value !== undefined) return value;
  }
  return undefined;
};

const LOG =
  /(?:(?:log ?file:?|path ?=|check|see|\blog:|CRIU log|Quoting) ?[`"]?(?=\/)|^log file: (?=[\w.]))([^\s"'`,]+\.log)\b/i;

export function factsOf(text: string, lines: readonly LogLine[], speaker?: Speaker): Facts {
  const found = speakersOf(text, lines);
  const speakers = speaker === undefined ? found : [speaker, ...found.filter((one) => one !== speaker)];
  const facts = {
    criu: group(lines, /(?:^|\s)Version: (\d+(?:\.\d+)+)/),
    kernel: group(lines, /Running on \S+ Linux (\d\S*)/),
    architecture: group(
      lines,
      /Running on .* (x86_64|aarch64|armv\w+|ppc64le|s390x|mips64|riscv64|loongarch64)\b/,
    ),
    log: group(lines, LOG),
  };
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return { speakers, ...Object.fromEntries(known) };
}
