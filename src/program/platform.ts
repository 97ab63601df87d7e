/** `--require node-crac/platform`: for a program whose machine or sandbox somebody else freezes. No dependencies. */

/** The engine's file, beside this one in dist/. */
const ENGINE = `${__dirname}/platform-engine.cjs`;
const LOADED = Symbol.for('node-crac.preload');

const flagged = globalThis as Record<symbol, unknown>;
if (!flagged[LOADED]) {
  flagged[LOADED] = true;
  (require(ENGINE) as { startAlone(): void }).startAlone();
}
