import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Company } from '../../../src/command/checkpoint/company/company.ts';
import { standStill } from '../../../src/command/checkpoint/company/stand-still.ts';
import { Connection } from '../../../src/command/checkpoint/connection.ts';
import type { CheckpointRequest } from '../../../src/shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../src/shared/protocol/record.ts';
import { place } from '../../support/own-place.ts';

afterEach(() => void vi.useRealTimers());

/** A program that is alone and has been told to look for a quiet moment; it says nothing more. */
async function searching(wait: number | undefined) {
  const path = place.path('app.sock');
  let program: Socket | undefined;
  const server = createServer((socket) => {
    program = socket.resume();
  }).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  const connection = (await Connection.to(path)) as Connection;
  const record = { program: process.pid, engine: 'pause', directory: place.directory } as ProgramRecord;
  const request = { op: 'checkpoint', ...(wait !== undefined && { wait }) } as CheckpointRequest;
  const options = { progress: () => {}, note: () => {} };
  const company = new Company(record, request, options, connection);
  company.program.details = { environment: {}, cwd: '/' } as never;
  const said: string[] = [];
  const over = standStill(company, undefined, async () => {}).then(
    () => said.push('it stands'),
    (late: Error) => said.push(late.message),
  );
  const close = async () => {
    program?.destroy();
    await over;
    company.close();
    server.close();
  };
  return { said, over, close };
}

test('a program has as long as --wait says to find a quiet moment, and two minutes beside', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const usual = await searching(undefined);
  await vi.advanceTimersByTimeAsync(121_000);
  expect(usual.said).toEqual([expect.stringContaining('does not answer within 120 s')]);
  await usual.close();
});

test('with a --wait of ten minutes it is not given up after two', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const patient = await searching(600_000);
  await vi.advanceTimersByTimeAsync(710_000);
  expect(patient.said).toEqual([]);
  await patient.close();
  expect(patient.said).toEqual(['it stands']);
});
