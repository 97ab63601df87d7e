import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/crac.ts';

/** The workflow files of the forge: what they run exists, and they can do no more than they need. */

interface Job {
  needs?: string;
  permissions?: Record<string, string>;
  steps: { uses?: string; run?: string }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(ROOT, '.github/workflows');
const workflows = readdirSync(folder).map((name): [string, string, Workflow] => {
  const text = readFileSync(join(folder, name), 'utf8');
  return [name, text, parse(text) as Workflow];
});
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(workflows)(
  '%s: actions by their commit, no secret, reading by default',
  (_, text, { permissions, jobs }) => {
    expect(permissions).toEqual({ contents: 'read' });
    expect(text).not.toMatch(/secrets\.|NODE_AUTH_TOKEN|NPM_TOKEN/);
    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
  },
);

test.each(workflows)('%s runs commands that exist', (_, __, { jobs }) => {
  const lines = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const named = lines.flatMap((line) => /npm (?:run )?(\S+)/.exec(line.replace(/^sudo \S+ /, ''))?.[1] ?? []);
  const own = named.filter((name) => !['ci', 'install'].includes(name));
  expect(own.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('only the job that publishes has an identity, and it builds nothing', () => {
  const jobs = workflows.flatMap(([, , { jobs }]) => Object.entries(jobs));
  const able = jobs.filter(([, { permissions }]) => permissions?.['id-token'] === 'write');
  expect(able.map(([name]) => name)).toEqual(['publish']);
  const [, { needs, steps }] = able[0] as [string, Job];
  expect(needs).toBe('build');
  expect(steps.some(({ run }) => /npm (ci|run|test)/.test(run ?? ''))).toBe(false);
});
