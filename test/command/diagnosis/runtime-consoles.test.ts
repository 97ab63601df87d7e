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

// What Debian 12's programs and testing's printed when they were made to fail: which findings, and whose remedy first.
test.for([
  ['crun-1.28-bundle', ['CONTAINER_ARGUMENTS'], 'crun'],
  ['crun-1.28-cgroups-disabled', ['CRIU_FREEZER_MISSING'], 'crun'],
  ['crun-1.28-empty-image', ['CRIU_IMAGE_MISSING', 'CRIU_IMAGE_TRUNCATED'], 'crac'],
  ['crun-1.28-id-taken', ['CONTAINER_NAME_TAKEN'], 'crun'],
  ['crun-1.28-no-image', ['CONTAINER_CHECKPOINT_FILES'], 'container'],
  ['crun-1.28-not-there', ['CONTAINER_NOT_FOUND'], 'crun'],
  ['crun-1.28-options', ['CONTAINER_ARGUMENTS'], 'crun'],
  ['ctr-1.6.20-content', ['CONTAINER_CHECKPOINT_EXISTS'], 'containerd'],
  ['ctr-1.6.20-not-a-checkpoint', ['CONTAINER_CTR_CHECKPOINT'], 'containerd'],
  ['ctr-1.6.20-not-there', ['CONTAINER_NOT_FOUND'], 'docker'],
  ['ctr-1.6.20-restore', ['CONTAINER_CTR_CHECKPOINT'], 'containerd'],
  ['ctr-1.6.20-snapshot', ['CONTAINER_NAME_TAKEN'], 'containerd'],
  ['ctr-1.6.20-stopped', ['CONTAINER_STATE'], 'containerd'],
  ['ctr-1.6.20-tcp', ['CRIU_TCP_CONNECTED'], 'container'],
  ['docker-20.10.24-already-exists', ['CONTAINER_DOCKER_RESTORE_BROKEN'], 'docker'],
  ['docker-20.10.24-criu-3.17.1', ['CRIU_TOO_OLD_VDSO'], 'criu'],
  ['docker-20.10.24-lock', ['CRIU_FILE_LOCKS'], 'container'],
  ['docker-20.10.24-not-there', ['CONTAINER_NOT_FOUND'], 'docker'],
  ['docker-20.10.24-stopped', ['CONTAINER_STATE'], 'docker'],
  ['docker-20.10.24-stopped-meanwhile', ['CONTAINER_STATE'], 'docker'],
  ['docker-28.5.2-empty-checkpoint', ['CONTAINER_NO_CHECKPOINT'], 'docker'],
  ['docker-28.5.2-restore-failed', ['CONTAINER_ENGINE_FAILED'], 'container'],
  ['docker-28.5.2-stopped', ['CONTAINER_STATE'], 'docker'],
  ['docker-28.5.2-two-checkpoints', ['CONTAINER_STATE'], 'docker'],
  ['podman-4.3.1-archive-cut', ['CONTAINER_ARCHIVE'], 'podman'],
  ['podman-4.3.1-archive-empty', ['CONTAINER_ARCHIVE'], 'podman'],
  ['podman-4.3.1-disk-full', ['CRIU_DISK_FULL'], 'machine'],
  ['podman-4.3.1-export-refused', ['CONTAINER_CHECKPOINT_FILES'], 'podman'],
  ['podman-4.3.1-id-in-use', ['CONTAINER_NAME_TAKEN'], 'podman'],
  ['podman-4.3.1-name-in-use', ['CONTAINER_NAME_TAKEN'], 'podman'],
  ['podman-4.3.1-not-there', ['CONTAINER_NOT_FOUND'], 'podman'],
  ['podman-4.3.1-pod', ['CONTAINER_PODMAN_POD'], 'podman'],
  ['podman-4.3.1-pre-dump', ['CONTAINER_MEMORY_TRACKING'], 'podman'],
  ['podman-4.3.1-running', ['CONTAINER_STATE'], 'podman'],
  ['podman-4.3.1-stopped', ['CONTAINER_STATE'], 'podman'],
  ['podman-4.3.1-tcp', ['CRIU_TCP_CONNECTED'], 'podman'],
  ['podman-4.3.1-tcp-name', ['CONTAINER_ARGUMENTS'], 'podman'],
  ['podman-4.3.1-tcp-restore', ['CRIU_TCP_IN_IMAGE'], 'podman'],
  ['podman-4.3.1-unix', ['CRIU_UNIX_EXTERNAL'], 'container'],
  ['podman-4.3.1-volume', ['CONTAINER_PODMAN_IMPORT'], 'podman'],
  ['podman-4.3.1-without-pre-checkpoint', ['CONTAINER_NO_CHECKPOINT'], 'podman'],
  ['podman-5.8.6-archive-cut', ['CONTAINER_ARCHIVE'], 'podman'],
  ['podman-5.8.6-cpuset', ['CRIU_CPUSET'], 'container'],
  ['podman-5.8.6-crun-first-line', ['CONTAINER_ENGINE_FAILED'], 'container'],
  ['podman-5.8.6-file-gone', ['CRIU_FILE_MISSING'], 'container'],
  ['podman-5.8.6-never-checkpointed', ['CONTAINER_NO_CHECKPOINT'], 'podman'],
  ['podman-5.8.6-other-runtime', ['CONTAINER_OTHER_RUNTIME'], 'podman'],
  ['podman-5.8.6-pre-dump-crun', ['CONTAINER_MEMORY_TRACKING'], 'podman'],
  ['podman-5.8.6-pre-dump-runc', ['CONTAINER_MEMORY_TRACKING'], 'podman'],
  ['podman-5.8.6-without-criu', ['CONTAINER_CRIU_MISSING'], 'container'],
  ['podman-5.8.6-without-libcriu', ['CONTAINER_LIBCRIU_MISSING'], 'podman'],
  ['runc-1.1.5-behind-the-id', ['CONTAINER_NO_CHECKPOINT'], 'runc'],
  ['runc-1.1.5-bundle', ['CONTAINER_ARGUMENTS'], 'runc'],
  ['runc-1.1.5-cgroups-mode', ['CONTAINER_ARGUMENTS'], 'runc'],
  ['runc-1.1.5-id-taken', ['CONTAINER_NAME_TAKEN'], 'runc'],
  ['runc-1.1.5-image-path', ['CONTAINER_NO_CHECKPOINT'], 'runc'],
  ['runc-1.1.5-killed-meanwhile', ['CONTAINER_CRIU_SILENT'], 'container'],
  ['runc-1.1.5-page-server', ['CRIU_PAGE_SERVER'], 'runc'],
  ['runc-1.1.5-pages-missing', ['CRIU_IMAGE_TRUNCATED'], 'machine'],
  ['runc-1.1.5-parent-path', ['CRIU_TRACK_MEM'], 'machine'],
  ['runc-1.1.5-read-only', ['CONTAINER_CHECKPOINT_FILES'], 'container'],
  ['runc-1.1.5-rootfs-changed', ['CRIU_FILE_SMALLER'], 'container'],
  ['runc-1.1.5-rootless', ['CONTAINER_ROOTLESS'], 'runc'],
  ['runc-1.1.5-status-fd', ['CONTAINER_ARGUMENTS'], 'runc'],
  ['runc-1.3.6-page-server', ['CRIU_PAGE_SERVER'], 'runc'],
] as const)('%s: %s', ([name, codes, where]) => {
  const { findings } = diagnose(console(name));
  expect([...new Set(findings.map(({ code }) => code))]).toEqual(codes);
  expect(findings[0]?.remedies[0]?.where).toBe(where);
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
