import type { Paint } from '../diagnosis/format.ts';
import { defaultEngine } from '../engines/registry.ts';
import type { Answer, Answers, Report } from './examine.ts';
import type { Finding, Operation, State } from './finding.ts';

const ORDER: State[] = ['problem', 'unknown', 'limit'];

const HEADINGS: Record<Exclude<State, 'ok'>, string> = {
  problem: 'What prevents it',
  unknown: 'What is not known',
  limit: 'What limits it',
};

/** Says what findings do: they are about the first engine, mostly; where another one works, nothing is prevented. */
const headingOf = (state: State, { engine }: Report): string =>
  state === 'problem' && engine !== defaultEngine()
    ? `What prevents the engine ${defaultEngine()}`
    : HEADINGS[state as keyof typeof HEADINGS];

const group = ({ id }: Finding): string => id.split('.')[0] as string;
const name = ({ id }: Finding): string => id.split('.').slice(1).join('.');

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

function overview(findings: readonly Finding[], paint: Paint): string[] {
  const groups = [...new Set(findings.map(group))];
  const width = Math.max(...findings.map((one) => name(one).length)) + 2;
  return groups.flatMap((title) => [
    paint.strong(title),
    ...findings
      .filter((one) => group(one) === title)
      .map((one) => {
        const line = `  ${one.state.padEnd(9)}${name(one).padEnd(width)}${one.seen}`;
        return one.state === 'problem' ? paint.strong(line) : line;
      }),
  ]);
}

function advice(one: Finding, paint: Paint): string[] {
  return [
    `  ${paint.strong(one.id)} (${one.affects.join(' and ')}): ${one.seen}`,
    indent(paint.faint(`${one.why[0]?.toUpperCase()}${one.why.slice(1)}.`), 4),
    ...(one.details ? [indent(one.details, 4)] : []),
    ...one.mend.map((command) => indent(paint.strong(command), 6)),
  ];
}

const took = (report: Report, id: string): string =>
  /took (.*)/.exec(report.findings.find((one) => one.id === id)?.seen ?? '')?.[1] ?? '';

function verdict(report: Report, { checkpoint, restore }: Answers, group: string): string {
  const one = (operation: Operation, answer: Answer) => {
    const time = took(report, `${group}.${operation}`);
    return `${operation}: ${WORDS[answer]}${time && ` (${time})`}`;
  };
  return `${one('checkpoint', checkpoint)}; ${one('restore', restore)}`;
}

/** Writes the answer, after those of the other engines; of another than the first one with how a program is started. */
function answer(report: Report, paint: Paint): string[] {
  const { engine, engines } = report;
  const first = defaultEngine();
  const group = (name: string) => (name === first ? 'trial' : name);
  const said = Object.entries(engines)
    .filter(([name]) => name !== engine)
    .map(([name, one]) => `${name}: ${verdict(report, one, group(name))}`);
  const java = report.java ? [`java: ${report.java}`] : [];
  if (engine === first)
    return [...said, paint.strong([verdict(report, report, 'trial'), ...java].join('; '))];
  return [
    ...said,
    paint.strong([`checkpoint: yes; restore: yes (${engine})`, ...java].join('; ')),
    '  crac run --image DIR app.js', // takes that engine by itself where the first one cannot
  ];
}

const WORDS: Record<Answer, string> = { yes: 'yes', no: 'no', unknown: 'not known' };

/** Tells whether a finding has advice: what was not tried because of something else is mended with that. */
const hasAdvice = ({ state, mend }: Finding): boolean => state !== 'unknown' || mend.length > 0;

/** Writes what `crac doctor` prints: everything in groups, then what is to be mended, and the answer last. */
export function formatReport(report: Report, paint: Paint): string {
  const toMend = ORDER.flatMap((state) => {
    const some = report.findings.filter((one) => one.state === state && hasAdvice(one));
    const heading = headingOf(state, report);
    return some.length === 0 ? [] : ['', paint.strong(heading), ...some.flatMap((one) => advice(one, paint))];
  });
  return [...overview(report.findings, paint), ...toMend, '', ...answer(report, paint), ''].join('\n');
}
