import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { place } from '../support/own-place.ts';
import { brief, compile, own, skipped, tracedBy } from '../support/traced.ts';
import { As, USER, whyNoUsers } from '../support/user.ts';

const FIXTURES = join(ROOT, 'test/fixtures/trace');
const why = missing('strace');
const noRoot = process.getuid?.() === 0 ? '' : 'needs root, to be without a capability';
const noUsers = whyNoUsers() ?? '';

describe.skipIf(why)(`who may trace${skipped(why)}`, () => {
  test.skipIf(noUsers)(`an ordinary user, for a program of the user${skipped(noUsers)}`, async () => {
    const user = new As(place, USER);
    const script = user.path('leak.cjs');
    writeFileSync(script, "require('node:fs').openSync('/etc/hostname');", { mode: 0o644 });
    const ended = await user.crac('trace', '--json', script);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(own(ended).map(brief)).toEqual([
      { kind: 'file', what: '/etc/hostname', at: [expect.stringMatching(/^leak\.cjs:1:\d+$/)] },
    ]);
    const other = place.start('sleep', ['60']);
    const refused = await user.crac('trace', '--pid', String(other.pid));
    expect(refused.code).toBe(70);
    expect(refused.stderr).toContain(
      `it belongs to another user (0), and CAP_SYS_PTRACE is missing: sudo crac trace --pid ${other.pid}`,
    );
  });

  test('ptrace is refused by a seccomp filter: to a program that is started, and to one that runs', async () => {
    const filter = compile(join(FIXTURES, 'no-ptrace.c'), 'no-ptrace');
    const advice = 'a seccomp filter may forbid ptrace here';
    const started = await place.start(filter, [CRAC, 'trace', join(FIXTURES, 'sleeper.cjs')]).ended;
    expect(started.code).toBe(70);
    expect(started.stderr).toContain(`crac: strace could not start the program\n${advice}`);
    const other = place.start('sleep', ['60']);
    const attached = await place.start(filter, [CRAC, 'trace', '--pid', String(other.pid)]).ended;
    expect(attached.code).toBe(70);
    expect(attached.stderr).toMatch(
      new RegExp(`^crac: strace could not attach to ${other.pid}\n(  strace: .*\n)+${advice}`),
    );
  });

  test.skipIf(noRoot)(`root without CAP_SYS_PTRACE, as in a container${skipped(noRoot)}`, async () => {
    const other = place.start('sleep', ['60']);
    const words = [
      '--bounding-set=-sys_ptrace',
      '--inh-caps=-all',
      CRAC,
      'trace',
      '--pid',
      String(other.pid),
    ];
    const { code, stderr } = await place.start('setpriv', words).ended;
    expect(code).toBe(70);
    expect(stderr).toBe(`crac: strace could not attach to ${other.pid}
  Operation not permitted
root here lacks CAP_SYS_PTRACE, as in most containers; give it to the container: docker run --cap-add SYS_PTRACE …
`);
  });

  test('a program that is traced already: by whom', async () => {
    const program = place.start('sleep', ['60']);
    place.start('strace', ['-o', '/dev/null', '-p', String(program.pid)]);
    const tracer = await tracedBy(program.pid);
    const { code, stderr } = await place.crac('trace', '--pid', String(program.pid));
    expect(code).toBe(70);
    expect(stderr).toContain(`process ${tracer} (strace) traces it already, and only one can`);
  });

  test.each([
    [[], 2, 'which program?'],
    [['--', 'no-such-command'], 2, 'there is no command no-such-command'],
    [['no-such-script.js'], 2, 'there is no file'],
    [['--pid', '4194305'], 3, 'there is no process 4194305'],
    [['--pid', '1', 'app.js'], 2, 'either a program to run, or --pid'],
    [['--fd', 'x', 'app.js'], 2, '--fd x: expected a whole number'],
  ])('crac trace %s', async (args, code, message) => {
    const ended = await place.crac('trace', ...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain('    at ');
  });
});

test('strace is missing: how to get it', async () => {
  const { code, stderr } = await place.start(CRAC, ['trace', 'app.js'], {
    env: { CRAC_STRACE_PATH: '/no/strace' },
  }).ended;
  expect(code).toBe(70);
  expect(stderr).toMatch(/^crac: strace is not installed; it does the tracing\. Get it with\n {2}\S.*strace/);
});
