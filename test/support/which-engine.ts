import { describe, test } from 'vitest';

type Maker = 'criu' | 'direct' | 'auto';

/** What programs of a test are started with that names no engine: `crac run` itself reads this variable. */
const [named] = process.env.CRAC_ENGINE?.split(',') ?? [];
export const ENGINE: Maker = named === 'direct' || named === 'auto' ? named : 'criu';

/** `test` and `describe` for what one engine has and the other has not; `why` is told where they are skipped. */
function only(name: Maker, why: string) {
  const skips = ENGINE !== name;
  const titled = (title: string) => (skips ? `${title} (skipped with the engine ${ENGINE}: ${why})` : title);
  return {
    test: (title: string, body: () => unknown): void => test.skipIf(skips)(titled(title), body),
    describe: (title: string, define: () => void): unknown => describe.skipIf(skips)(titled(title), define),
  };
}

export const onlyCriu = (why: string) => only('criu', why);
export const onlyDirect = (why: string) => only('direct', why);

/** Its programs have children that are not Node; docs/engines.md. */
export const TREES = 'it dumps processes of Node alone';
