import type { Adapter } from '../adapter.ts';
import { adaptConsumers } from './kafkajs/consumers.ts';
import { adaptProducerIds, adaptProducers } from './kafkajs/producers.ts';

export const adapters: Adapter[] = [
  {
    package: 'kafkajs',
    versions: [['2.2', '3']],
    files: {
      'src/consumer/index.js': adaptConsumers,
      'src/producer/index.js': adaptProducers,
      'src/producer/eosManager/index.js': adaptProducerIds,
    },
  },
];
