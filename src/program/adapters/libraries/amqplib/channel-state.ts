import { InOrder } from '../shared/gate.ts';
import type { Answers } from './answers.ts';
import {
  ACK,
  CANCEL,
  CONFIRM_SELECT,
  CONSUME,
  DELIVER,
  type Fields,
  type Frame,
  GET,
  GET_OK,
  NACK,
  PROPERTIES,
  QOS,
  REJECT,
} from './shapes.ts';

/** The state of a channel that the server holds, and must be told again on a new connection. */
export class ChannelState {
  confirm: Fields | undefined;
  /** The last setting for the channel as a whole, and for each consumer. */
  readonly qos = new Map<boolean, Fields>();
  /** The consumers by their tags, the names that the program cancels them by. */
  readonly consumers = new Map<string, Fields>();
  /** Messages that the program has received and not acknowledged, by delivery tag; each has an object of its own. */
  readonly unacknowledged = new Map<number, object>();
  /** The calls that wait for a checkpoint. */
  readonly order = new InOrder();
  /** The number of messages among the waiting calls. */
  held = 0;
  #getsWithoutAck = false;
  #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Notes a method that the server has agreed to. */
  agreed(method: number, fields: Fields, answer: Fields): void {
    if (method === CONFIRM_SELECT) this.confirm = fields;
    else if (method === QOS) this.qos.set(fields.global === true, fields);
    else if (method === CONSUME) this.consumers.set(String(answer.consumerTag), fields);
    else if (method === CANCEL) this.consumers.delete(String(fields.consumerTag));
  }

  /** Notes a method that the program sends. */
  sent(method: number, fields: Fields): void {
    if (method === GET) this.#getsWithoutAck = fields.noAck === true;
    if (method !== ACK && method !== NACK && method !== REJECT) return;
    const tag = Number(fields.deliveryTag);
    if (fields.multiple !== true) this.unacknowledged.delete(tag);
    else
      for (const each of [...this.unacknowledged.keys()])
        if (tag === 0 || each <= tag) this.unacknowledged.delete(each);
  }

  received({ id, fields }: Frame): void {
    const isOurs =
      id === DELIVER
        ? this.consumers.get(String(fields.consumerTag))?.noAck !== true
        : id === GET_OK && !this.#getsWithoutAck;
    if (id === PROPERTIES) this.#answers.came(fields);
    if (isOurs) this.unacknowledged.set(Number(fields.deliveryTag), {});
  }
}
