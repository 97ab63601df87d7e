/** `problem` prevents a checkpoint or a restore; `limit` narrows what can be done, or slows it. */
export type State = 'ok' | 'limit' | 'problem' | 'unknown';

export type Operation = 'checkpoint' | 'restore';

export const BOTH: Operation[] = ['checkpoint', 'restore'];

export interface Fix {
  /** What is about to be done: a whole sentence, printed before. */
  say: string;
  run(): Promise<unknown>;
}

/** One thing that was looked at. */
export interface Finding {
  /** `group.name`, stable. */
  id: string;
  state: State;
  /** What was seen, in one line. */
  seen: string;
  /** What depends on it. */
  affects: Operation[];
  /** Why it matters, in one sentence. */
  why: string;
  /** Commands or settings that mend it, each complete. */
  mend: string[];
  /** What was printed when it was tried. */
  details?: string;
  /** What `--fix` does. */
  fix?: Fix | undefined;
}

type Rest = Partial<Pick<Finding, 'mend' | 'details' | 'fix'>> & { affects?: Operation[] };

const finding =
  (state: State) =>
  (
    id: string,
    seen: string,
    why: string,
    { affects = BOTH, mend = [], details, fix }: Rest = {},
  ): Finding => ({
    id,
    state,
    seen,
    affects,
    why,
    mend,
    ...(details !== undefined && { details }),
    ...(fix && { fix }),
  });

export const ok = finding('ok');
export const limit = finding('limit');
export const problem = finding('problem');
export const unknown = finding('unknown');

/** What was proved to work is not prevented by anything: such a problem is only a limit. */
export function withProof(findings: Finding[], works: readonly Operation[]): Finding[] {
  return findings.map((one) =>
    one.state === 'problem' && one.affects.every((operation) => works.includes(operation))
      ? { ...one, state: 'limit' }
      : one,
  );
}
