import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRAC, get, Place } from '../../support/crac.ts';
import { freePorts } from '../../support/ports.ts';
import { impossible } from './engine.ts';

const PORT = await freePorts(5);
const LOG = `(00.013102) Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use
(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.
`;
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

const piped = (args: string[], input: string | Buffer) => {
  const { status, stdout, stderr } = spawnSync(CRAC, ['explain', ...args], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
};

test('G4: a file, a directory, `-` and a pipe are read alike', async () => {
  const directory = place.path('image');
  mkdirSync(directory);
  writeFileSync(join(directory, 'dump4.log'), LOG);
  const answers = [
    await place.crac('explain', join(directory, 'dump4.log')),
    await place.crac('explain', directory),
    piped(['-'], LOG),
    piped([], LOG),
  ];
  // Only a directory tells that crac was used, whose remedies then come first, and for which image.
  expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(2);
  expect(answers[1]?.stdout).toContain(`crac restore ${directory} --listen OLD=NEW`);
  expect(answers[0]).toMatchObject({ code: 0, stderr: '' });
  expect(answers[0]?.stdout).toMatchInlineSnapshot(`
    "A port of the image is taken  [CRIU_PORT_TAKEN]
    (restore, certain)
        (00.013102) Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already
          in use
    Another program listens on the port that the image listens on.
    What to do, best first:
      1. [plain CRIU] Restore in a network namespace of its own:
           unshare --net sh -c 'ip link set lo up; criu restore …'
         cost: reachable from outside only through a bridge or proxy
      2. [the machine] Or end the program that has it; this names it:
           ss -ltnp
      3. [the program] Or close the server before the checkpoint and listen after the restore
    2 more: crac explain --all; the whole page: crac explain CRIU_PORT_TAKEN
    "
  `);
});

test('--json has the findings, first cause first', async () => {
  const { status, stdout } = piped(['--json'], LOG);
  expect(status).toBe(0);
  const { findings } = JSON.parse(stdout);
  expect(Object.keys(JSON.parse(stdout))).toEqual(['findings', 'known', 'worked', 'first', 'speakers']);
  expect(findings.map((finding: object) => Object.keys(finding))).toEqual([
    ['code', 'title', 'phase', 'rank', 'cause', 'evidence', 'remedies', 'tells', 'confidence'],
  ]);
  const unknown = piped(['--json'], 'app: cannot checkpoint: the moon is full\n');
  expect(unknown).toMatchObject({ status: 4, stderr: '' });
  expect(JSON.parse(unknown.stdout)).toEqual({
    findings: [],
    known: false,
    worked: false,
    first: { line: 'app: cannot checkpoint: the moon is full', before: [], onlyAftermath: false },
    speakers: ['criu'],
  });
});

test('what is not known is said to be so, with what can be said', () => {
  expect(
    piped([], '(00.013102) Error (criu/tun.c:77): tun: No such thing: Invalid argument\n'),
  ).toMatchInlineSnapshot(`
    {
      "status": 4,
      "stderr": "",
      "stdout": "standard input: the cause is not known.
    The first error line:
        (00.013102) Error (criu/tun.c:77): tun: No such thing: Invalid argument
    It comes from CRIU's tun.c, which saves and restores tun devices.
    What to look at next:
      1. The lines just above it in the log: they name the process, descriptor or file that was handled.
      2. The devices of the network namespace:
           sudo nsenter -t PID -n ip -d link
      3. A log with everything in it: repeat with \`-v4\` of CRIU.
      4. Whether the engine suits this kernel:
           criu check --all
    ",
    }
  `);
});

test('what cannot be read is refused, with what to give instead', async () => {
  writeFileSync(place.path('empty.log'), '');
  writeFileSync(place.path('binary'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]));
  mkdirSync(place.path('nothing'));
  const answers = await Promise.all(
    ['missing.log', 'empty.log', 'binary', 'nothing'].map((name) => place.crac('explain', name)),
  );
  expect(answers.map(({ code, stdout, stderr }) => ({ code, stdout, stderr }))).toMatchInlineSnapshot(`
    [
      {
        "code": 2,
        "stderr": "crac: cannot read missing.log: there is no such file or directory
    ",
        "stdout": "",
      },
      {
        "code": 2,
        "stderr": "crac: empty.log is empty: give it the engine's log (dump4.log, restore.log), an image directory, or console output
    ",
        "stdout": "",
      },
      {
        "code": 2,
        "stderr": "crac: binary is no text: give it a log or, for an image, its directory; an archive must be unpacked first (tar -xf)
    ",
        "stdout": "",
      },
      {
        "code": 2,
        "stderr": "crac: nothing holds neither an image nor a log (*.log): name the directory of an image, or the log itself
    ",
        "stdout": "",
      },
    ]
  `);
  expect(piped([], '')).toMatchObject({ status: 2 });
});

test.skipIf(impossible)(
  `failures of crac itself are explained at once${impossible ? `: ${impossible}` : ''}`,
  async () => {
    const image = place.path('image');
    const data = place.path('data');
    execFileSync('mkfifo', [data]);
    writeFileSync(place.path('policies.yaml'), `type: file\npath: ${data}\naction: ignore\n`);
    writeFileSync(
      place.path('app.js'),
      `require('fs').openSync('data', 'r+');
     require('http').createServer((q, r) => r.end('hello')).listen(${PORT}, '127.0.0.1', () => console.log('up'));`,
    );
    const run = place.start(CRAC, ['run', '--policies', 'policies.yaml', '--image', image, 'app.js']);
    await run.line(/up/);

    // The engine is made to fail, by an option that it does not know.
    const refused = await place.crac('checkpoint', image, '--engine-option=--no-such-option');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('[CRIU_OPTION]');
    expect(await get(PORT)).toBe('hello');

    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
    await run.ended;
    rmSync(data);
    const failed = await place.crac('restore', image);
    expect(failed).toMatchObject({ code: 70, signal: null });
    expect(failed.stderr).toContain('A file of the image is gone  [CRIU_FILE_MISSING]\n(restore, certain)\n');
    expect(failed.stderr).toContain(`       sudo rsync -aR HOST:"${data}" /`);

    // The half-restored program may end before the engine does: that once passed for the program's own end.
    const crowd = await Promise.all(Array.from({ length: 8 }, () => place.crac('restore', image)));
    expect(crowd.map(({ code, signal }) => code ?? signal)).toEqual(Array(8).fill(70));

    execFileSync('mkfifo', [data]);
    const restored = place.start(CRAC, ['restore', image]);
    expect(await get(PORT)).toBe('hello');
    restored.child.kill('SIGTERM');
    await restored.ended;

    truncateSync(join(image, 'pstree.img'), 3);
    const cut = await place.crac('explain', image);
    expect(cut.stdout).toContain(`${image}/pstree.img has 3 bytes instead of`);
    const conf = join(image, 'restore.conf');
    writeFileSync(conf, readFileSync(conf, 'utf8').replace(/end 1\n$/, ''));
    expect((await place.crac('explain', '--json', image)).stdout).toContain('CRAC_CONF_DAMAGED');
  },
);
