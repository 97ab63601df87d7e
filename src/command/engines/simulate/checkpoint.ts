import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { Company } from '../../checkpoint/company/company.ts';
import type { CheckpointResult } from '../../checkpoint/options.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { simulate } from './engine.ts';

/** Has hooks and checks run, and afterRestore at once. */
export async function simulateCheckpoint({
  options,
  image,
  connection,
}: EngineCheckpoint): Promise<CheckpointResult> {
  const { record, by, asker, leaveRunning, dryRun, printResources = false } = options;
  const started = performance.now();
  const request: CheckpointRequest = {
    op: 'checkpoint',
    engine: simulate.name,
    by,
    image,
    leaveRunning,
    dryRun,
    printResources,
    strict: options.strict ?? record.strict,
    company: { members: [], ...(asker !== undefined && { asker }) },
  };
  const company = new Company(record, request, options, connection);
  await company.hooks(false).finally(() => company.close());
  return { kind: dryRun ? 'dry-run' : 'simulated', image, size: 0, frozen: performance.now() - started };
}
