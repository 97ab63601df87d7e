import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { errnoIn } from '../../../src/command/diagnosis/errno.ts';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { formatDiagnosis, PLAIN } from '../../../src/command/diagnosis/format.ts';
import { fillCommand } from '../../../src/command/diagnosis/shell-template.ts';

const codes = (text: string): string[] => explainText(text).map(({ code }) => code);
const shown = (text: string, all = false): string => formatDiagnosis(diagnose(text), 'log', PLAIN, all);

const FAILED = '(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.';
const UNKNOWN = '(00.013101) Error (criu/tun.c:77): tun: No such thing';
const LOCKS =
  '(00.013102) Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.';
const MOUNT = "(00.009003) Error (criu/mount.c:753): mnt: 554:./etc/hosts doesn't have a proper root mount";
const PORT =
  "(00.017007)  12: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use";

describe('the verdict ends an attempt', () => {
  test('what the engine prints after it is clean-up: no cause, and the first error stays', () => {
    const cleanUp = LOCKS.replace('00.013102', '00.017300');
    expect(codes(`${PORT}\n${FAILED}\n${cleanUp}\n`)).toEqual(['CRIU_PORT_TAKEN']);
    expect(diagnose(`${UNKNOWN}\n${FAILED}\n${cleanUp}\n`)).toMatchObject({
      findings: [],
      isKnown: false,
      first: { line: UNKNOWN },
    });
  });

  test('a log that begins anew after it counts, by its head or by its clock', () => {
    expect(codes(`${PORT}\n${FAILED}\n(00.000001) Version: 4.1 (gitid 0)\n(00.018) x\n${LOCKS}`)).toEqual([
      'CRIU_PORT_TAKEN',
      'CRIU_FILE_LOCKS',
    ]);
    expect(codes(`${PORT}\n${FAILED}\n${LOCKS}`)).toEqual(['CRIU_PORT_TAKEN', 'CRIU_FILE_LOCKS']);
  });

  test('so does one that ends in a verdict of its own', () => {
    const later = `${LOCKS}\n(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.`.replaceAll(
      '00.013',
      '00.023',
    );
    expect(codes(`${PORT}\n${FAILED}\n${later}`)).toEqual(['CRIU_PORT_TAKEN', 'CRIU_FILE_LOCKS']);
  });

  test('what a program around the engine says after it counts', () => {
    expect(diagnose(`${UNKNOWN}\n${FAILED}\ncriu failed: type NOTIFY errno 0\n`).findings).toMatchObject([
      { code: 'CONTAINER_ENGINE_FAILED', rank: 'envelope' },
    ]);
  });
});

test('the first error is shown, also where only a later one is known', () => {
  const text = `${UNKNOWN}\n${LOCKS}\n`;
  expect(diagnose(text)).toMatchObject({ isFirstUnknown: true, isKnown: true });
  expect(shown(text)).toMatch(
    /^The first error line, which is not known:\n {4}\(00\.013101\) Error \(criu\/tun\.c:77\).*\nIt comes from CRIU's tun\.c, which saves and restores tun devices\.\n\n/,
  );
  expect(shown(LOCKS)).not.toContain('The first error line');
});

test('that another log is worth a look is no cause', () => {
  const text = 'criu failed: type NOTIFY errno 0\nlog file: /run/containerd/app/criu-dump.log\n';
  expect(diagnose(text)).toMatchObject({
    isKnown: false,
    facts: { log: '/run/containerd/app/criu-dump.log' },
  });
  expect(shown(text)).toMatch(/^log: the cause is not known; it stands in another log\.\n/);
});

test('a text of somebody else that nobody knows is quoted, with whose words they are and where to ask', () => {
  expect(shown('level=info msg="starting"\nError: podman: the moon cannot be checkpointed\n')).toBe(
    `log: the cause is not known.
The first line that tells of a failure, in podman's words:
    Error: podman: the moon cannot be checkpointed
What to look at next:
  1. The log of the engine under podman:
       podman container checkpoint --keep NAME; crac explain "$(podman inspect NAME --format '{{.StaticDir}}')/dump.log"
`,
  );
});

test('versions in the head of a log are read', () => {
  const head =
    '(00.000000) Version: 3.17.1 (gitid 0)\n(00.000010) Running on host Linux 6.8.0-45-generic #45-Ubuntu SMP x86_64\n';
  expect(diagnose(`${head}${LOCKS}`).facts).toEqual({
    speakers: ['criu'],
    criu: '3.17.1',
    kernel: '6.8.0-45-generic',
    architecture: 'x86_64',
  });
});

describe('numbers of errors', () => {
  test.for([
    ['Collect mappings (pid: 42) failed with -13', 'EACCES'],
    ['crun: CRIU checkpointing failed -52.  Please check', 'EBADE'],
    ['criu failed: type NOTIFY errno 2', 'ENOENT'],
    ['pie: 9: Restorer fail: ret = -17', 'EEXIST'],
    ['Restorer fail fffffffffffffff3', 'EACCES'],
    ['mmap returned 0xfffffffffffffff4', 'ENOMEM'],
    ['error (0xffffffea)', 'EINVAL'],
  ])('%s', ([text = '', name = '']) => expect(errnoIn(text)?.name).toBe(name));

  test.for([
    'exited with code 1',
    'Pid 20 do not match expected 9',
    'at 7f0000000000',
    'criu failed: type NOTIFY errno 0',
  ])('none: %s', (text) => expect(errnoIn(text)).toBeUndefined());
});

describe('values out of the text', () => {
  const nasty = `a b'c"d$(touch x)\`e\\f`;

  test.for(['printf %s {path}', 'printf %s "{path}"', "printf %s '{path}'", "cat <<'END'\n{path}\nEND"])(
    'stay one word in %s',
    (template) => {
      const command = fillCommand(template, { path: nasty });
      const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim();
      expect(template.startsWith('cat') ? JSON.parse(printed) : printed).toBe(nasty);
    },
  );

  test('stay one word in a command within a word', () => {
    const command = fillCommand('printf %s "$(printf %s "{path}")"; printf %s "-{path}"', { path: nasty });
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(`${nasty}-${nasty}`);
  });

  test('a control character of a log reaches no terminal', () => {
    expect(fillCommand('rm {path}', { path: 'a\u001b[31m\nb' })).toBe("rm 'a[31mb'");
  });

  test('the path of a Java exception is the path alone', () => {
    const line =
      'Suppressed: jdk.crac.impl.CheckpointOpenFileException: FD fd=5 type=regular path=/var/log/my app.log';
    const [finding] = explainText(line);
    expect(finding?.cause).toContain('The file /var/log/my app.log is open (descriptor 5)');
    expect(finding?.remedies.map(({ command }) => command)).toContain(
      "java -XX:CRaCAllowedOpenFilePrefixes='/var/log/my app.log' …",
    );
  });
});

describe('whose remedy comes first', () => {
  const first = (text: string): string | undefined => explainText(text)[0]?.remedies[0]?.where;

  test('that of the tool that speaks', () => {
    expect(first(LOCKS)).toBe('criu');
    expect(['container', 'podman']).toContain(first(`podman: ${MOUNT}`));
    expect(first(`Exception in thread "main" jdk.crac.CheckpointException\n${PORT}`)).toBe('java');
    expect(first(`crac: cannot restore\n${PORT}`)).toBe('crac');
  });

  test('where crac does not speak, no answer begins with it, if there is another', () => {
    const wrong = CATALOGUE.filter(({ code }) => !code.startsWith('CRAC_')).flatMap((entry) =>
      entry.samples
        .filter((sample) => !diagnose(sample).facts.speakers.includes('crac'))
        .flatMap((sample) => explainText(sample))
        .filter(
          ({ remedies }) =>
            remedies[0]?.where === 'crac' && remedies.some(({ where }) => !['crac', 'java'].includes(where)),
        )
        .map(({ code }) => code),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });
});

test('at most three remedies are shown, all with --all, in lines of at most 100 columns', () => {
  expect(shown(PORT).match(/^ {2}\d\. /gm)).toHaveLength(3);
  expect(shown(PORT, true).match(/^ {2}\d\. /gm)?.length).toBeGreaterThan(3);
  // What is quoted, and what is to be pasted, stays as it is.
  for (const { samples } of CATALOGUE)
    for (const sample of samples)
      for (const line of shown(sample, true).split('\n'))
        if (!/^ {4}\S|^ {7}/.test(line)) expect(line.length, line).toBeLessThanOrEqual(100);
});
