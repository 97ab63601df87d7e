/** The kind of a finding: how bad it is that two copies say the same. */
export type Kind =
  /** The value looks drawn at random: an id, a token, a nonce. */
  | 'random'
  /** The value is equal but for its time: two copies make the same one when they make it at the same time. */
  | 'part'
  /** The value goes on by a small step from the same memory. */
  | 'counter'
  /** The value varies, and is equal; it is too small to tell it from chance, or is words. */
  | 'choice'
  | 'time'
  /**
   * The value is sent by both, and not with each request: an identity made once, or a name or password that both were
   * given.
   */
  | 'once';

export const isLoud = ({ kind }: Pick<Finding, 'kind'>): boolean => kind === 'random' || kind === 'part';

/** A value that two copies of one image have in common, though it varies. */
export interface Finding {
  kind: Kind;
  /** The request, as `GET /items`, or who it was sent to. */
  request: string;
  /** The place, as `JSON $.id`; indices of arrays are `*`. */
  where: string;
  /** The value in both copies. */
  value: string;
  /** The number of times that such a value was found at this place. */
  times: number;
  /** The function that drew it, where that is known. */
  drawnBy?: string;
}

/** Says of a value what drew it before the checkpoint, where that was recorded. */
export type Origins = (value: string) => string | undefined;
