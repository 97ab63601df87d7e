/**
 * `NODE_OPTIONS=--require node-crac/lambda`: hooks around AWS Lambda's SnapStart, for any handler. Elsewhere this file is
 * all that is loaded.
 */

/** The engine's file, beside this one in dist/. */
const ENGINE = `${__dirname}/platform-engine.cjs`;
const LOADED = Symbol.for('node-crac.preload');

const flagged = globalThis as Record<symbol, unknown>;
if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start' && !flagged[LOADED]) {
  flagged[LOADED] = true;
  (require(ENGINE) as { startLambda(): void }).startLambda();
}
