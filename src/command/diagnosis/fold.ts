import { wrap } from '../base/wrap.ts';

/** Finds where an option or the next command of a line begins, outside of quotes and of `$(…)`. */
function placesIn(line: string): number[] {
  const places: number[] = [];
  let quote = '';
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"') at++;
    } else if (char === '\\') at++;
    else if (char === "'" || char === '"') quote = char;
    else if (char === '#' && line[at - 1] === ' ')
      break; // what follows is for readers
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (depth === 0 && /^ (?:-|(?:\|\|?|&&) )/.test(line.slice(at, at + 4))) places.push(at);
  }
  return places;
}

function foldLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const place = placesIn(line)
    .filter((at) => at > 2 && at <= width - 2)
    .at(-1);
  if (place === undefined) return [line];
  const rest = foldLine(`  ${line.slice(place + 1)}`, width);
  const fits = rest.every(({ length }) => length <= width);
  return fits ? [`${line.slice(0, place)} \\`, ...rest] : [line];
}

/** Breaks the lines of a shell's command before an option or the next command, where that leaves the command what it is. */
export function foldCommand(command: string, width: number): string {
  if (/<<|^type: |^\w+\(/m.test(command)) return command; // a document, or a setting of a program
  return command
    .split('\n')
    .flatMap((line) => foldLine(line, width))
    .join('\n');
}

/** Breaks the paragraphs of a page of Markdown; what stands between fences stays. */
export function foldPage(page: string, width: number): string {
  let isFenced = false;
  return page
    .split('\n')
    .flatMap((line) => {
      if (/^\s*```/.test(line)) isFenced = !isFenced;
      if (isFenced || line.length <= width || line.startsWith('|')) return [line];
      const [, indent = '', bullet = ''] = line.match(/^( *)((?:\d+\.|[-*]) )?/) ?? [];
      const rest = line.slice(indent.length + bullet.length);
      return wrap(rest, width, indent + bullet, indent + ' '.repeat(bullet.length));
    })
    .join('\n');
}
