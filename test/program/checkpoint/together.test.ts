import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { GoAhead } from '../../../src/program/checkpoint/go-ahead.ts';
import { Together } from '../../../src/program/checkpoint/together.ts';
import { EngineError, serializeError } from '../../../src/shared/errors/index.ts';
import { onLines, sendLine } from '../../../src/shared/protocol/lines.ts';
import type { AgentMessage, ProgramMessage } from '../../../src/shared/protocol/messages.ts';
import { place } from '../../support/own-place.ts';

const OUTCOME: AgentMessage = {
  op: 'outcome',
  errors: [serializeError(new EngineError('another cannot go on'))],
};

/** A member that has asked for the checkpoint, and an agent that closes with its answer to `resumed`. */
async function asker(): Promise<{ together: Together; goAhead: GoAhead; heard: ProgramMessage[] }> {
  const heard: ProgramMessage[] = [];
  const server = createServer((agent: Socket) => {
    onLines<ProgramMessage>(
      agent,
      (message) => {
        heard.push(message);
        if (message.event !== 'resumed') return;
        sendLine(agent, OUTCOME);
        agent.destroySoon();
      },
      () => agent.destroy(),
    );
  });
  server.listen(place.path('agent.sock'));
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect(place.path('agent.sock'));
  await once(socket, 'connect');
  const goAhead = new GoAhead();
  onLines<AgentMessage>(
    socket,
    (message) => message.op === 'outcome' && goAhead.answer(message),
    () => socket.destroy(),
  );
  const request = { op: 'checkpoint', company: { members: [process.pid], asker: process.pid } };
  return { together: new Together(goAhead, socket, request as never), goAhead, heard };
}

const said = (errors: unknown[]): string[] => errors.map((error) => (error as Error).message);

test('who asked sends nothing after its last word: the agent may be gone when it has answered', async () => {
  const { together, heard } = await asker();
  expect(said(await together.conclude({ record: '' }, [], []))).toEqual(['another cannot go on']);
  expect(heard.map(({ event }) => event)).toEqual(['resumed']);
});

test('who asked hears what others failed in, too, where the agent has refused the checkpoint', async () => {
  const { together, goAhead } = await asker();
  goAhead.refuse(new EngineError('no'));
  expect(said(await together.conclude({ record: '' }, [], []))).toEqual(['another cannot go on']);
});
