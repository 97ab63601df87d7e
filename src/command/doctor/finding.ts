/**
 * The state of a thing that was looked at. `problem` prevents a checkpoint or a restore; `limit` narrows what can be
 * done, or slows it.
 */
export type State = 'ok' | 'limit' | 'problem' | 'unknown';

export type Operation = 'checkpoint' | 'restore';

export const BOTH: Operation[] = ['checkpoint', 'restore'];

export interface Fix {
  /** A whole sentence about what is about to be done, printed before. */
  say: string;
  run(): Promise<unknown>;
}

/** One thing that was looked at. */
export interface Finding {
  /** The name `group.name`, stable. */
  id: string;
  state: State;
  /** The observation in one line. */
  seen: string;
  /** The operations that depend on it. */
  affects: Operation[];
  /** The reason why it matters, in one sentence. */
  why: string;
  /** Commands or settings that mend it, each complete. */
  mend: string[];
  /** The output when it was tried. */
  details?: string;
  /** The fix that `--fix` applies. */
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

/** Turns problems into limits where the operation was proved to work: nothing prevents it. */
export function withProof(findings: Finding[], works: readonly Operation[]): Finding[] {
  return findings.map((one) =>
    one.state === 'problem' && one.affects.every((operation) => works.includes(operation))
      ? { ...one, state: 'limit' }
      : one,
  );
}
