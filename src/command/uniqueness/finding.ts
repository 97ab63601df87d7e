/** How bad it is that two copies say the same. */
export type Kind =
  /** It looks drawn at random: an id, a token, a nonce. */
  | 'random'
  /** All but its time is equal: two copies make the same one when they make it at the same time. */
  | 'part'
  /** It goes on by a small step from the same memory. */
  | 'counter'
  /** It varies, and is equal; too small to tell it from chance, or words. */
  | 'choice'
  | 'time'
  /** Sent by both, and not with each request: an identity made once, or a name or password that both were given. */
  | 'once';

export const isLoud = ({ kind }: Pick<Finding, 'kind'>): boolean => kind === 'random' || kind === 'part';

/** A value that two copies of one image have in common, though it varies. */
export interface Finding {
  kind: Kind;
  /** The request, as `GET /items`, or who it was sent to. */
  request: string;
  /** As `JSON $.id`; indices of arrays are `*`. */
  where: string;
  /** In both copies. */
  value: string;
  /** How often such a value was found at this place. */
  times: number;
  /** What drew it, where that is known. */
  drawnBy?: string;
}

/** Says of a value what drew it before the checkpoint, where that was recorded. */
export type Origins = (value: string) => string | undefined;
