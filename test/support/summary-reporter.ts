import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

interface Skip {
  where: string;
  why: string;
  tests: number;
}

const NO_REASON = 'no reason given';

/** Returns the outermost suite that holds nothing but skipped tests: it says it once for all of them. */
function skippedSuite(test: TestCase): TestSuite | undefined {
  let found: TestSuite | undefined;
  for (let parent: TestCase['parent'] = test.parent; parent.type === 'suite'; parent = parent.parent)
    if ([...parent.children.allTests()].every((other) => other.result().state === 'skipped')) found = parent;
  return found;
}

/** Returns the reason: the note of `context.skip(note)`, or what stands in the name. */
function reasonOf(test: TestCase, name: string): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (/skipped|needs |\(.+\)/.test(name) ? '' : NO_REASON);
}

/** Tells whether its suite's hook failed, which is told as a failure. */
function fellWithSuite(test: TestCase): boolean {
  for (let parent: TestCase['parent'] = test.parent; parent.type === 'suite'; parent = parent.parent)
    if (parent.errors().length > 0) return true;
  return false;
}

function skipsOf(module: TestModule): Skip[] {
  const skips = new Map<string, Skip>();
  for (const test of module.children.allTests('skipped')) {
    if (fellWithSuite(test)) continue;
    const { fullName } = skippedSuite(test) ?? test;
    const why = reasonOf(test, fullName);
    const key = `${fullName}\n${why}`;
    const skip = skips.get(key) ?? { where: `${module.relativeModuleId} > ${fullName}`, why, tests: 0 };
    skip.tests += 1;
    skips.set(key, skip);
  }
  return [...skips.values()];
}

/**
 * Counts suites whose hook or module fails: it takes tests with it that are then counted as skipped, and is a failure
 * of its own.
 */
const brokenSuites = (module: TestModule): number =>
  [...module.children.allSuites(), module].filter((suite) => suite.errors().length > 0).length;

const lineOf = ({ where, why, tests }: Skip): string =>
  `  ${where}${why && `: ${why}`}${tests > 1 ? ` (${tests} tests)` : ''}\n`;

/**
 * The reporter that ends the run by what this machine could not do, by name and reason, and by one line for whoever
 * only counts.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += brokenSuites(module);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
    }
    const skips = modules.flatMap(skipsOf);
    if (skips.length > 0) process.stdout.write(`\nskipped on this machine:\n${skips.map(lineOf).join('')}`);
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
