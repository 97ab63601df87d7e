import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts } from './ports.ts';

test('nobody gets a port twice, and a server can listen on each', async () => {
  const firsts = await Promise.all(Array.from({ length: 20 }, () => freePorts(5)));
  const all = firsts.flatMap((first) => [0, 1, 2, 3, 4].map((offset) => first + offset));
  expect(new Set(all).size).toBe(100);
  const servers = await Promise.all(
    all.map(
      (port) =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().on('error', reject);
          server.listen(port, () => resolve(server));
        }),
    ),
  );
  for (const server of servers) server.close();
});
