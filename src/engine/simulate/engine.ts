import { answerOf } from '../../checkpoint/answer.ts';
import type { CheckpointResult } from '../../checkpoint/checkpoint.ts';
import type { Engine } from '../engine.ts';

/** Everything but the image: hooks and checks run, afterRestore at once, and the program counts as restored. */
export const simulate: Engine = {
  name: 'simulate',
  async checkpoint({ options, image, connection }): Promise<CheckpointResult> {
    const { by, leaveRunning, dryRun, printResources = false } = options;
    const started = performance.now();
    connection.send({
      op: 'checkpoint',
      engine: 'simulate',
      by,
      image,
      leaveRunning,
      dryRun,
      printResources,
    });
    const answer = await answerOf(connection, options);
    const kind = answer.event === 'done' ? answer.kind : 'simulated';
    return { kind, image, size: 0, frozen: performance.now() - started };
  },
};
