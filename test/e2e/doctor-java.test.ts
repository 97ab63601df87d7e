import { chmodSync, chownSync, copyFileSync, mkdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC, type Ended } from '../support/crac.ts';
import { criuPath } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';

// G2 and G14: the engine of a JDK, as CRaC's debugging guide looks at it. The binary is a real CRIU.

const notRoot = process.geteuid?.() === 0 ? undefined : 'needs root, to give files away';
const asRoot = test.skipIf(notRoot);
const because = notRoot ? ` (skipped: ${notRoot})` : '';

/** A directory as a JDK with CRaC has it. */
function jdk({ owner = 0, mode = 0o4755 } = {}): { home: string; criu: string } {
  const home = place.path('my jdk');
  const criu = `${home}/lib/criu`;
  mkdirSync(`${home}/lib`, { recursive: true });
  copyFileSync(criuPath(), criu);
  chownSync(criu, owner, owner);
  chmodSync(criu, mode);
  return { home, criu };
}

/** The lines of the group `java`, what is said of it below, and the answer. */
function javaPart({ stdout }: Ended): string {
  const lines = stdout.split('\n');
  const group = lines.slice(lines.indexOf('java'), lines.indexOf('', lines.indexOf('java')));
  const advice = stdout
    .slice(stdout.indexOf('\n\n') + 1)
    .split('\n')
    .filter((line) => !line.startsWith('checkpoint:'));
  return [...group, ...advice, lines.at(-2)?.replace(/ \([\d.]+ m?s\)/g, '')].join('\n');
}

asRoot(`G2: an engine that is root's, with the SUID bit, and runs here${because}`, async () => {
  const { home, criu } = jdk();
  const ended = await place.crac('doctor', '--java-home', home);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain(`
java
  ok       engine                ${criu}
  ok       owner                 root
  ok       suid                  mode 4755
`);
  expect(ended.stdout.trimEnd()).toMatch(/; java: yes$/);
});

asRoot(`G2: the wrong owner and no SUID bit are mended with the guide's commands${because}`, async () => {
  const { home, criu } = jdk({ owner: 1000, mode: 0o755 });
  const found = await place.crac('doctor', '--java-home', home);
  expect(found.code).toBe(70);
  expect(javaPart(found)).toContain(`What prevents it
  java.owner (checkpoint and restore): user 1000
    With the SUID bit it has the rights of its owner, and it needs those of root.
      sudo chown root:root '${criu}'
      sudo chmod u+s '${criu}'   # a change of owner takes the bit away
  java.suid (checkpoint and restore): mode 755: no SUID bit
    It needs extensive privileges, which an ordinary user has by the SUID bit only.
      sudo chmod u+s '${criu}'
`);
  expect(javaPart(found)).toMatch(/checkpoint: yes; restore: yes; java: no$/);

  const mended = await place.crac('doctor', '--fix', '--java-home', home);
  expect(mended.stderr).toBe(
    `crac: java.owner: giving ${criu} to root\ncrac: java.suid: setting the SUID bit of ${criu}\n`,
  );
  expect(mended.code).toBe(0);
  const { uid, mode } = statSync(criu);
  expect([uid, (mode & 0o7777).toString(8)]).toEqual([0, '4755']);
  expect((await place.crac('doctor', '--fix', '--java-home', home)).stderr).toBe(
    'crac: there is nothing here that --fix can do\n',
  );
});

asRoot(`G2: a JDK that only JAVA_HOME names is looked at and never changed${because}`, async () => {
  const { home, criu } = jdk({ mode: 0o755 });
  const ended = await place.start(CRAC, ['doctor', '--fix'], { env: { JAVA_HOME: home } }).ended;
  expect(ended).toMatchObject({ code: 0, stderr: 'crac: there is nothing here that --fix can do\n' });
  expect(ended.stdout).toContain(
    '  limit    suid                  mode 755: no SUID bit; only root can use it\n',
  );
  expect((statSync(criu).mode & 0o7777).toString(8)).toBe('755');
});

test('a JDK without CRaC', async () => {
  const home = place.path('jdk');
  mkdirSync(home);
  const named = await place.crac('doctor', '--java-home', home);
  expect(named.code).toBe(70);
  expect(named.stdout).toContain(`there is no ${home}/lib/criu: a JDK without CRaC`);
  const missing = await place.crac('doctor', '--java-home', image);
  expect(missing.stdout).toContain(`there is no directory ${image}: a JDK without CRaC`);
});
