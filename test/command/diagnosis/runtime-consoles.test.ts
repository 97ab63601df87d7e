import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';

const console = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'logs', `${name}.txt`), 'utf8');

// What the programs of Debian 12 really printed; their names have the version.
test.for([
  ['docker-20.10.24-without-experimental', 'CONTAINER_DOCKER_EXPERIMENTAL', 'docker'],
  ['docker-20.10.24-without-criu', 'CONTAINER_CRIU_MISSING', 'docker'],
  ['docker-20.10.24-checkpoint-dir', 'CONTAINER_DOCKER_CHECKPOINT_DIR', 'docker'],
  ['docker-20.10.24-no-checkpoint', 'CONTAINER_NO_CHECKPOINT', 'docker'],
  ['ctr-1.6.20-without-criu', 'CONTAINER_CRIU_MISSING', 'containerd'],
  ['runc-1.1.5-without-criu', 'CONTAINER_CRIU_MISSING', 'runc'],
  ['runc-1.1.5-criu-ends', 'CONTAINER_CRIU_SILENT', 'container'],
  ['runc-1.1.5-arguments', 'CONTAINER_ARGUMENTS', 'runc'],
  ['crun-1.8.1-without-criu', 'CONTAINER_WITHOUT_CRIU', 'podman'],
  ['podman-4.3.1-without-criu', 'CONTAINER_CRIU_MISSING', 'container'],
  ['podman-4.3.1-rootless', 'CONTAINER_ROOTLESS', 'podman'],
  ['podman-4.3.1-archive-missing', 'CONTAINER_NO_CHECKPOINT', 'docker'],
] as const)('%s: %s', ([name, code, where]) => {
  const findings = explainText(console(name));
  expect([...new Set(findings.map((finding) => finding.code))]).toEqual([code]);
  expect(findings[0]?.rank).toBe('cause');
  expect(findings[0]?.remedies.map((remedy) => remedy.where)).toContain(where);
  if (diagnose(console(name)).facts.speakers[0] === where)
    expect(['container', where]).toContain(findings[0]?.remedies[0]?.where);
});

test('what a runtime quotes from the log of the engine is read as the log', () => {
  const error =
    'Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.';
  const runc = [
    'level=warning msg="--- Quoting \\"/tmp/work/dump.log\\""',
    `level=warning msg="84:(00.013102) ${error}"`,
    'level=warning msg="---"',
    'level=error msg="criu failed: type NOTIFY errno 0"',
  ];
  const crun = [
    '--- excerpt from CRIU log `/tmp/work/dump.log`',
    `(00.013102) ${error}`,
    '--- end of excerpt',
    'CRIU checkpointing failed: -52',
  ];
  for (const lines of [runc, crun])
    expect(explainText(lines.join('\n')).map(({ code }) => code)).toEqual(['CRIU_FILE_LOCKS']);
});

test.for([
  'CRIU checkpointing failed -52.  Please check CRIU logfile /tmp/w/dump.log',
  'CRIU restoring failed -52.  Please check CRIU logfile `/tmp/w/dump.log`',
  '--- excerpt from CRIU log `/tmp/w/dump.log`\nCRIU restoring failed: -52',
  'level=warning msg="--- Quoting \\"/tmp/w/dump.log\\""\nlevel=error msg="criu failed: type NOTIFY errno 0"',
  'criu failed: type NOTIFY errno 0\nlog file: /tmp/w/dump.log',
  'runc did not terminate successfully: exit status 1: criu failed: type NOTIFY errno 0 path= /tmp/w/dump.log: unknown',
  'CRIU failed with exit code 1 - check /tmp/w/dump.log',
])('the log that a runtime names is named to the reader: %s', (line) => {
  expect(diagnose(line).facts.log).toBe('/tmp/w/dump.log');
  expect(explainText(line)[0]?.remedies[0]?.command).toBe('crac explain /tmp/w/dump.log');
});
