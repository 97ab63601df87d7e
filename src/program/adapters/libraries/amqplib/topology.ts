import {
  EXCHANGE_BIND,
  EXCHANGE_DECLARE,
  EXCHANGE_DELETE,
  EXCHANGE_UNBIND,
  type Fields,
  QUEUE_BIND,
  QUEUE_DECLARE,
  QUEUE_DELETE,
  QUEUE_UNBIND,
} from './shapes.ts';

const UNDONE_BY = new Map([
  [QUEUE_DELETE, QUEUE_DECLARE],
  [EXCHANGE_DELETE, EXCHANGE_DECLARE],
  [QUEUE_UNBIND, QUEUE_BIND],
  [EXCHANGE_UNBIND, EXCHANGE_BIND],
]);
const MAKES = new Set(UNDONE_BY.values());
/** The fields by which a declaration or a binding is the same as another. */
const IDENTITY = ['queue', 'exchange', 'source', 'destination', 'routingKey'];

interface Step {
  method: number;
  fields: Fields;
  /** The queue's name, where the server has chosen it. */
  given: string | undefined;
}

/**
 * The queues, exchanges and bindings that the program has asked for, in order. They are asked for again after a
 * restore: those that belong to a connection have gone with it, and the server may be another one. Where they still
 * stand, asking changes nothing.
 */
export class Topology {
  #steps: Step[] = [];
  /** Names of queues that the server chose at first → the names that it has chosen since. */
  readonly #names = new Map<string, string>();

  agreed(method: number, fields: Fields, answer: Fields): void {
    if (MAKES.has(method) && fields.passive !== true) {
      const given = method === QUEUE_DECLARE && fields.queue === '' ? String(answer.queue) : undefined;
      this.#steps = this.#steps.filter((step) => !isSame(step, method, fields) || step.given !== undefined);
      this.#steps.push({ method, fields, given });
    }
    const undone = UNDONE_BY.get(method);
    if (undone !== undefined) this.#steps = this.#steps.filter((step) => !isUndone(step, undone, fields));
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Lists exclusive queues with a name that the program has chosen: only one connection can have each. */
  get exclusive(): string[] {
    return this.#steps
      .filter(
        ({ method, fields, given }) =>
          method === QUEUE_DECLARE && fields.exclusive === true && given === undefined,
      )
      .map(({ fields }) => String(fields.queue));
  }

  /** Notes that the server has given a queue another name; the program goes on using the one that it knows. */
  renamed(given: string, now: string): void {
    for (const [known, current] of this.#names) if (current === given) this.#names.set(known, now);
    this.#names.set(given, now);
  }

  /** Returns the fields with the names of now. */
  translated<T extends Fields>(fields: T): T {
    if (this.#names.size === 0) return fields;
    const names = Object.entries(fields).map(([name, value]) => [
      name,
      this.#names.get(value as string) ?? value,
    ]);
    return Object.fromEntries(names) as T;
  }
}

const isSame = (step: Step, method: number, fields: Fields): boolean =>
  step.method === method && IDENTITY.every((name) => step.fields[name] === fields[name]);

function isUndone({ method, fields, given }: Step, undone: number, by: Fields): boolean {
  if (undone !== QUEUE_DECLARE && undone !== EXCHANGE_DECLARE)
    return isSame({ method, fields, given }, undone, by);
  // A queue's bindings go with it.
  const [name, ours] =
    undone === QUEUE_DECLARE ? [by.queue, given ?? fields.queue] : [by.exchange, fields.exchange];
  return name === ours && name !== undefined;
}
