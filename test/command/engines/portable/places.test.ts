import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { runtimeDirectory } from '../../../../src/command/base/runtime-directory.ts';
import { socketPath } from '../../../../src/shared/protocol/socket-path.ts';

const original = process.platform;
afterEach(() => Object.defineProperty(process, 'platform', { value: original }));

test('sockets are files in the record, and named pipes on Windows', () => {
  expect(socketPath('/run/node-crac/42', 'app.sock', 'linux')).toBe('/run/node-crac/42/app.sock');
  expect(socketPath('/var/folders/x/T/node-crac-501/42', 'parent.sock', 'darwin')).toBe(
    '/var/folders/x/T/node-crac-501/42/parent.sock',
  );
  expect(socketPath('C:\\Users\\Ada\\Temp\\node-crac\\42', 'app.sock', 'win32')).toBe(
    '\\\\.\\pipe\\node-crac-c-users-ada-temp-node-crac-42-app.sock',
  );
});

test.each(['darwin', 'win32'])('on %s records lie in the temporary directory', (platform) => {
  Object.defineProperty(process, 'platform', { value: platform });
  expect(runtimeDirectory({})).toBe(`${tmpdir()}/node-crac-${process.geteuid?.()}`);
  expect(runtimeDirectory({ CRAC_RUNTIME_DIR: '/elsewhere' })).toBe('/elsewhere');
});
