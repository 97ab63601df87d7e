import { expect, test } from 'vitest';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';

const codes = (text: string) => explainText(text).map(({ code }) => code);

test('a command after a prompt is no line that goes on in the next, however wide it is', () => {
  const typed = 'someone@machine:~/checkpoints/of-containers$ sudo podman container checkpoint a1'.padEnd(
    80,
    'x',
  );
  const said = 'Error: no container with name or ID "a1" found: no such container';
  expect(explainText(`${typed}\n${said}`).map(({ evidence }) => evidence)).toEqual([said]);
});

test('of two findings of an entry the one that has a name, too, is enough', () => {
  const text = [
    '$ sudo podman container checkpoint -l',
    'Error: no such container',
    '$ sudo podman container checkpoint app',
    'Error: no container with name or ID "app" found: no such container',
  ].join('\n');
  expect(explainText(text).map(({ cause }) => cause)).toEqual([
    expect.stringContaining('The container app is not'),
  ]);
});

test('what is refused in consequence of a refusal is no cause of its own', () => {
  const refused = [
    '(00.7) Error (compel/src/lib/infect.c:636): Unable to connect a transport socket: Permission denied',
    "(00.7) Error (compel/src/lib/infect.c:559): Can't inject syscall blob (pid: 7)",
    '(00.7) Error (compel/src/lib/infect.c:1316): munmap for remote map 0x7f8a542f2000, 106496 returned 11',
  ].join('\n');
  expect(codes(refused)).toEqual(['CRIU_LSM_TRANSPORT']);
});

test('a mapping that cannot be resolved is named by the refusal after it', () => {
  const refused = [
    'Error (criu/proc_parse.c:350): Failed to resolve mapping 55cf16c05000 filename',
    "Error (criu/proc_parse.c:641): Can't open 134's mapfile link 55cf16c05000: Operation not permitted",
  ].join('\n');
  expect(explainText(refused)).toMatchObject([{ code: 'CRIU_MAP_FILES_DENIED', confidence: 'certain' }]);
});

test('options that a text names stay words of their own in a command', () => {
  const [finding] = explainText(
    'missing features of this CPU are 400,0 = sse4a\nIf you are sure it will not crash you can override this check by -XX:+UnlockExperimentalVMOptions -XX:+IgnoreCPUFeatures .',
  );
  expect(finding?.remedies.map(({ command }) => command)).toContain(
    'java -XX:+UnlockExperimentalVMOptions -XX:+IgnoreCPUFeatures -XX:CRaCRestoreFrom=DIR',
  );
});

test.for([
  ["thread 'main' panicked at src/x.rs:67:9", 'rust'],
  ["a container's caches are inconsistent", 'a word of its own'],
  ['only regular files can be saved', 'what can be'],
  ["support for it isn't there", 'a short not'],
])('%s: is quoted to the reader', ([line]) => {
  expect(diagnose(line as string).first?.line).toBe(line);
});

test('an epoll set that the program was born with is told by the line before its dump fails', () => {
  const log = [
    '(00.029258) epoll: kid_lookup_epoll: no match pid 15786 efd 21 tfd 3 toff 0',
    '(00.029267) Error (criu/cr-dump.c:1349): Dump eventpoll (pid: 15786) failed with -1',
  ].join('\n');
  expect(codes(log)).toEqual(['CRIU_EPOLL_ESCAPED']);
});

test('a terminal whose settings are left alone is no failure', () => {
  const [first, then] = [
    "24: Error (criu/tty.c:843): tty: Can't set tty params on 0x26, trying to skip...: Inappropriate ioctl for device",
    'Error: Could not find or load main class /app.jar',
  ];
  expect(diagnose(`${first}\n${then}`).first?.line).toBe(then);
});
