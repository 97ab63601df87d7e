import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Place, ROOT } from '../crac.ts';
import { missing } from './debian.ts';

export const kafkaMissing = (): string | undefined =>
  missing('/usr/include/librdkafka/rdkafka_mock.h', 'librdkafka-dev');

/** @returns the address of a broker with the topic `orders` of four partitions; it ends with `place` */
export async function startKafka(place: Place): Promise<string> {
  const program = place.path('broker');
  execFileSync('cc', ['-o', program, join(ROOT, 'test/fixtures/kafka/broker.c'), '-lrdkafka']);
  const [, address] = await place.start(program, []).line(/^broker at (\S+)$/m);
  return address as string;
}
