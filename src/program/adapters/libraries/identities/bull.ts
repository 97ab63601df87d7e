import { randomUUID } from 'node:crypto';
import type { AdapterApi } from '../../adapter.ts';
import { Renewed } from '../shared/renewed.ts';
import type { Constructor } from './instances.ts';

interface BullQueue {
  token: string;
}

export function adaptBull(exports: Constructor<BullQueue>, api: AdapterApi): unknown {
  const renewed = new Renewed<BullQueue>(api, 'bull', (queue) => {
    queue.token = randomUUID(); // the locks of its jobs are made of the token
  });
  const noted = (queue: BullQueue): BullQueue => {
    renewed.add(queue);
    return queue;
  };
  return new Proxy(exports, {
    construct: (target, words, newTarget) => noted(Reflect.construct(target, words, newTarget)),
    apply: (target, _self, words) => noted(Reflect.construct(target, words)),
  });
}
