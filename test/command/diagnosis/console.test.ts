import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';

const codes = (text: string): string[] => explainText(text).map(({ code }) => code);
const LOCKS =
  'Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.';

describe('what others put around a line is taken off', () => {
  test.for([
    ['docker compose', `app-1  | (00.013102) ${LOCKS}`],
    ['colours', `\u001b[31m(00.013102) ${LOCKS}\u001b[0m`],
    ['Windows line ends', `(00.013102) ${LOCKS}\r\nnext\r\n`],
    [
      'Docker JSON',
      JSON.stringify({ log: `(00.013102) ${LOCKS}\n`, stream: 'stderr', time: '2026-01-01T00:00:00Z' }),
    ],
    ['Kubernetes', `2026-01-01T00:00:00.000000000Z stderr F (00.013102) ${LOCKS}`],
    ['journald', `Jan 01 00:00:00 host crun[4711]: (00.013102) ${LOCKS}`],
    ['containerd', `time="2026-01-01T00:00:00Z" level=error msg="failed: (00.013102) ${LOCKS}\\nnext"`],
    ['crac', `crac:   ${LOCKS}`],
  ])('%s', ([, text = '']) => {
    const [finding, ...more] = explainText(text);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'CRIU_FILE_LOCKS', confidence: 'certain' });
    expect(finding?.evidence).toMatch(
      /^(?:\(00\.013102\) )?Error \(criu\/file-lock\.c:110\): Some file locks are hold by/,
    );
  });
});

test('a quotation without CRIU’s grammar is only likely', () => {
  expect(explainText("it says: Can't fork for 9: File exists")).toMatchObject([
    { code: 'CRIU_PID_TAKEN', confidence: 'likely' },
  ]);
});

test('G10 and G11 are told apart', () => {
  expect(codes("Error (criu/cr-restore.c:1506): Can't fork for 9: File exists")).toEqual(['CRIU_PID_TAKEN']);
  expect(
    codes(
      "Error (criu/cr-restore.c:1506): Can't fork for 9: Read-only file system\nError (criu/cr-restore.c:1537): Pid 20 do not match expected 9",
    ),
  ).toEqual(['CRIU_NS_LAST_PID']);
});

test('G1, G14: a bare failure of Java points to the log', () => {
  const console = [
    'CR: Checkpoint ...',
    'JVM: invalid info for restore provided: queued code -1',
    'Exception in thread "main" jdk.crac.CheckpointException',
    '\tat java.base/jdk.crac.Core.checkpointRestore1(Core.java:122)',
  ].join('\n');
  expect(explainText(console)).toMatchObject([{ code: 'JAVA_NATIVE_FAILED', confidence: 'likely' }]);
  // With the engine's own line in the same text, that is the cause.
  expect(codes(`${console}\n(00.013102) ${LOCKS}`)).toEqual(['CRIU_FILE_LOCKS']);
});

test('G6, G7, G8, G14: every suppressed exception of Java is named, with who opened it', () => {
  const text = `jdk.crac.CheckpointException
	at java.base/jdk.internal.crac.mirror.Core.checkpointRestore1(Core.java:182)
	Suppressed: jdk.internal.crac.mirror.impl.CheckpointOpenFileException: FileDescriptor 4 left open: /foo/bar (regular) Use -Djdk.crac.collect-fd-stacktraces=true to find the source.
		at java.base/jdk.internal.crac.mirror.Core.translateJVMExceptions(Core.java:117)
	Caused by: java.lang.Exception: This file descriptor was created by main at epoch:1684328308663 here
		at java.base/java.io.FileDescriptor$Resource.<init>(FileDescriptor.java:60)
		at com.example.Main.main(Main.java:12)
	Suppressed: jdk.internal.crac.mirror.impl.CheckpointOpenSocketException: tcp6 localAddr :: localPort 8080 remoteAddr :: remotePort 0
	Suppressed: jdk.internal.crac.mirror.impl.CheckpointOpenResourceException: FD fd=5 type=fifo path=pipe:[8953321]
`;
  expect(explainText(text).map(({ code, cause }) => [code, cause])).toEqual([
    [
      'JAVA_OPEN_FILE',
      'The file /foo/bar is open (descriptor 4); thread main opened it in com.example.Main.main(Main.java:12).',
    ],
    [
      'JAVA_OPEN_LISTENER',
      "Nobody closed the listening socket at port 8080 (tcp6 localAddr :: localPort 8080 remoteAddr :: remotePort 0): the server's framework takes no part in the checkpoint.",
    ],
    [
      'JAVA_OPEN_NATIVE',
      'Native code (a JNI library, an agent, or the process that started Java) has descriptor 5 open: fifo pipe:[8953321]; Java has no stack for it.',
    ],
  ]);
});

test('what follows from the first cause is not a cause', () => {
  const log = `(00.013102) Error (criu/sk-inet.c:200): inet: Connected TCP socket, consider using --tcp-established option.
(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1
(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.`;
  expect(diagnose(log)).toMatchObject({ findings: [{ code: 'CRIU_TCP_CONNECTED' }] });
  expect(diagnose(log)).toMatchObject({ isFirstUnknown: false, isKnown: true });
});

test('independent causes are all named, the first first', () => {
  const log = `(00.001) x
(00.017007)  9: Error (criu/files-reg.c:2353): Can't open file a/b on restore: No such file or directory
(00.017008)  12: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use
(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.
(00.013102) ${LOCKS}
(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.`;
  expect(explainText(log).map(({ code, confidence }) => [code, confidence])).toEqual([
    ['CRIU_FILE_MISSING', 'certain'],
    ['CRIU_PORT_TAKEN', 'certain'],
    ['CRIU_FILE_LOCKS', 'certain'],
  ]);
});

test('an error that nobody knows is not guessed at', () => {
  const log = `(00.010000) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
(00.013102) Error (criu/tun.c:77): tun: No such thing: Invalid argument
(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.`;
  expect(diagnose(log)).toEqual({
    findings: [],
    first: {
      line: '(00.013102) Error (criu/tun.c:77): tun: No such thing: Invalid argument',
      file: 'tun.c',
      part: 'saves and restores tun devices',
      before: [
        "(00.010000) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted",
      ],
      next: { what: 'The devices of the network namespace', command: 'sudo nsenter -t PID -n ip -d link' },
      onlyAftermath: false,
    },
    isCutOff: false,
    isFirstUnknown: true,
    isKnown: false,
    worked: false,
    facts: { speakers: ['criu'] },
  });
});

test('with an unknown error before it a cause is only likely', () => {
  const log = `(00.013101) Error (criu/tun.c:77): tun: No such thing\n(00.013102) ${LOCKS}`;
  expect(diagnose(log)).toMatchObject({ findings: [{ code: 'CRIU_FILE_LOCKS', confidence: 'likely' }] });
});

test('a log with only the end of a failure says so', () => {
  expect(diagnose('(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.').first).toMatchObject({
    onlyAftermath: true,
  });
});

test('an attempt that failed counts, one that worked later does not hide it; noise of a working one is nothing', () => {
  const failed = `(00.013102) ${LOCKS}\n(00.013500) Error (criu/cr-dump.c:2111): Dumping FAILED.\n`;
  const worked = `(00.002) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
(00.003) Warn  (criu/kerndat.c:1290): Can't keep kdat cache on non-tempfs
(00.050000) Dumping finished successfully\n`;
  expect(codes(failed + worked)).toEqual(['CRIU_FILE_LOCKS']);
  expect(diagnose(worked)).toMatchObject({ findings: [], isKnown: false, worked: true });
});

test('a container runtime’s words count only without the engine’s', () => {
  const said =
    'Error: OCI runtime error: crun: CRIU checkpointing failed -52.  Please check CRIU logfile /var/lib/x/dump.log';
  expect(explainText(said)).toMatchObject([{ code: 'CONTAINER_ENGINE_FAILED', remedies: expect.any(Array) }]);
  expect(explainText(said)[0]?.remedies.map(({ command }) => command)).toContain(
    'crac explain /var/lib/x/dump.log',
  );
  expect(codes(`${said}\n(00.013102) ${LOCKS}`)).toEqual(['CRIU_FILE_LOCKS']);
});

test('the real log of Debian 12’s CRIU on a kernel that is too new for it', () => {
  const log = readFileSync(join(import.meta.dirname, 'logs/criu-3.17.1-on-kernel-6.18.txt'), 'utf8');
  expect(explainText(log)).toMatchObject([
    {
      code: 'CRIU_TOO_OLD_VDSO',
      confidence: 'certain',
      remedies: expect.arrayContaining([expect.objectContaining({ command: 'crac engine install' })]),
    },
  ]);
});

test('a log of many megabytes is read', () => {
  const line = '(00.000511) vdso: symbol __vdso_clock_gettime at address af0\n';
  const other = Array.from(
    { length: 100_000 },
    (_, i) => `(00.000511) Collected [usr/lib/lib${i}.so] ID ${i}`,
  );
  expect(codes(`${line.repeat(100_000)}${other.join('\n')}\n(00.013102) ${LOCKS}`)).toEqual([
    'CRIU_FILE_LOCKS',
  ]);
});
