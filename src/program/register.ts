/**
 * The preload: `crac run` puts it into NODE_OPTIONS as `--require`, so it runs first in the program, in its Workers
 * and in its Node children. It must cost next to nothing, and it has no dependencies.
 */

import { isEngineName, NATIVE_ENGINE } from '../shared/protocol/engines.ts';
import { START } from './engines/registry.ts';

const LOADED = Symbol.for('node-crac.preload');

const flagged = globalThis as Record<symbol, unknown>;
if (!flagged[LOADED]) {
  flagged[LOADED] = true;
  const name = process.env.CRAC_PROGRAM_ENGINE || NATIVE_ENGINE;
  if (isEngineName(name)) START[name]();
}
