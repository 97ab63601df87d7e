import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { builder, expectClean } from '../support/build.ts';
import { apps, checkpoint, restoreTwice, run } from '../support/copies.ts';
import { CRAC, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import type { Application } from '../support/published/application.ts';
import { jsonServer } from '../support/published/json-server.ts';
import { Load } from '../support/published/load.ts';
import { nodeRed } from '../support/published/node-red.ts';
import { parseServer } from '../support/published/parse-server.ts';
import { prepareSecond, restoreBoth } from '../support/published/restore.ts';
import { answers, endAll, useCopies } from '../support/published/use.ts';
import { verdaccio } from '../support/published/verdaccio.ts';
import { postgresMissing } from '../support/servers/postgres.ts';

const PORT = await freePorts(30);

// Larger applications as they are published: installed from the registry, and started by their own commands.
describe.each([
  ['json-server', (entry: string) => jsonServer(entry, PORT), undefined],
  ['node-red', (entry: string, node24: string) => nodeRed(entry, PORT + 4, node24), undefined],
  ['verdaccio', (entry: string) => verdaccio(entry, PORT + 8), undefined],
  [
    'parse-server',
    (entry: string, node24: string) => parseServer(entry, PORT + 12, node24, PORT + 20),
    postgresMissing(),
  ],
] as const)('%s', (name, make, missing) => {
  describe.skipIf(missing)(`unmodified${missing ? `: skipped, ${missing}` : ''}`, () => {
    let program: Application;

    beforeAll(async () => {
      const entries = await apps(name, 'node24');
      program = await make(entries[name], entries.node24);
    }, 900_000);
    afterAll(() => program?.close?.());

    test('is checkpointed under a load, and goes on in two copies', { timeout: 400_000 }, async () => {
      const { port } = program;
      const { words, env } = program.begin(place);
      const start = performance.now();
      const running = run(place, { image, words, port, env });
      const cold = await answers(program, port, running, start);

      const token = (await program.login?.(port)) ?? '';
      const id = await program.create(port, token, 'before');
      const before = await program.read(port, token, id);
      const connection = await program.connect?.(port, token);
      const load = new Load(program);
      await load.isUnderWay();
      await checkpoint(place, running, image);
      await load.end();
      // "Service restart": the browser connects again.
      if (connection) expect(await connection.closed).toBe(1012);
      expect(load.errors).toEqual([]);

      const variables = prepareSecond(place, program);
      const restoring = performance.now();
      const copies: Running[] = restoreBoth(place, image, program, variables);
      const times = await Promise.all(copies.map((copy, n) => answers(program, port + n, copy, restoring)));
      console.log(
        `${name}: first answer after ${cold.toFixed(0)} ms cold, ${times.map((ms) => ms.toFixed(0)).join(' and ')} ms restored`,
      );
      // What was answered is there, each once: none was lost, none was cut.
      for (const at of [port, port + 1]) if (program.count) expect(await program.count(at)).toBe(load.made);

      await useCopies(program, { token, id, before });
      // A file may be written after the answer.
      await vi.waitFor(() => {
        for (const [n, text] of (program.stored?.(place) ?? []).entries()) {
          expect(text).toContain(`after-${port + n}`);
          expect(text).not.toContain(`after-${port + 1 - n}`);
        }
      }, 60_000);
      await endAll(place, program, copies);
      const output = [running, ...copies].map(({ stdout }) => stdout()).join('');
      expect(program.wrongLines?.(output) ?? []).toEqual([]);
      expect(program.complaints?.() ?? []).toEqual([]);
    });

    test('is built by crac build', { timeout: 400_000 }, async () => {
      const { port } = program;
      const { words, env } = program.begin(place);
      const ready = `http://127.0.0.1:${port}${program.ready}`;
      const options = ['--json', '--ready-url', ready, ...program.warm];
      const { code, stdout, stderr } = await builder(port)([...options, ...words], env);
      expect(code, stderr).toBe(0);
      const {
        firstAnswer,
        answers: compared,
        copies: { equal, notCompared },
      } = JSON.parse(stdout) as {
        firstAnswer: { cold: number; restored: number };
        answers: { result: string }[];
        copies: { equal: { fault: boolean }[]; notCompared: string[] };
      };
      // Two copies were asked, and there was no false alarm.
      expect({ faults: equal.filter(({ fault }) => fault), notCompared }).toEqual({
        faults: [],
        notCompared: [],
      });
      expect(compared.map(({ result }) => result)).not.toContain('different');
      console.log(`${name}, crac build: ${JSON.stringify({ firstAnswer, equal })}`);
      expectClean(['image']);
      // Here copies share what may be shared: the storage directory, the database.
      const copies = program.own
        ? [place.start(CRAC, ['restore', image])]
        : restoreTwice(place, { image, port });
      await Promise.all(copies.map((copy, n) => answers(program, port + n, copy, performance.now())));
      const token = (await program.login?.(port)) ?? '';
      const ids = await Promise.all(
        copies.map((_, n) => program.create(port + n, token, `built-${port + n}`)),
      );
      for (const at of [port, port + copies.length - 1])
        for (const id of ids) await program.read(at, token, id);
      await endAll(place, program, copies);
    });
  });
});
