import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import type { CheckpointResult } from '../../checkpoint/checkpoint.ts';
import { Company } from '../../checkpoint/company/company.ts';
import type { Engine } from '../engine.ts';

/** Everything but the image: hooks and checks run, afterRestore at once, and the program counts as restored. */
export const simulate: Engine = {
  name: 'simulate',
  async checkpoint({ options, image, connection }): Promise<CheckpointResult> {
    const { record, by, asker, leaveRunning, dryRun, printResources = false } = options;
    const started = performance.now();
    const request: CheckpointRequest = {
      op: 'checkpoint',
      engine: 'simulate',
      by,
      image,
      leaveRunning,
      dryRun,
      printResources,
      strict: options.strict ?? record.strict,
      company: { members: [], ...(asker !== undefined && { asker }) },
    };
    const company = new Company(record, request, options, connection);
    await company.hooks().finally(() => company.close());
    return { kind: dryRun ? 'dry-run' : 'simulated', image, size: 0, frozen: performance.now() - started };
  },
};
