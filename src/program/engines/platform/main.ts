/** The code that the preloads load where a platform freezes: dist/platform-engine.cjs. */

export { startLambda } from './lambda/start.ts';
export { startAlone, startPlatform } from './start.ts';
export { Clocks } from './watch/clocks.ts';
