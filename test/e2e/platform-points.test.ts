import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { get } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { place } from '../support/own-place.ts';
import { listening, PORT, said, start, until } from '../support/platform/program.ts';

test('sentinel files: ready-for-snapshot, restore-complete, and readiness when the hooks have run', async () => {
  const control = place.path('control');
  mkdirSync(control);
  const file = (name: string) => join(control, name);
  writeFileSync(file('ready-for-snapshot'), 'of an earlier run');
  const running = start({ SNAPSHOT_CONTROL_DIR: control }, 'asks');
  await running.line(/beforeCheckpoint/);
  await until(() => existsSync(file('ready-for-snapshot')));
  expect(readFileSync(file('ready-for-snapshot'), 'utf8')).toBe('');
  expect(said(running)).toEqual(['beforeCheckpoint']);
  expect(existsSync(file('node-crac-restore-ready'))).toBe(false);
  writeFileSync(file('restore-complete'), '');
  await running.line(/asked/);
  expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore hello', 'asked true']);
  await until(() => existsSync(file('node-crac-restore-ready')));
});

const NO_SOCAT = missing('socat');

describe.skipIf(NO_SOCAT)(`gVisor's files${NO_SOCAT && `: ${NO_SOCAT}`}`, () => {
  /** As gVisor's own: what is written asks, a read blocks until somebody answers. A terminal in raw mode is both. */
  async function gvisor(word: string): Promise<NodeJS.ProcessEnv> {
    const directory = place.path('gvisor');
    mkdirSync(directory);
    const environment = join(directory, 'spec_environ');
    writeFileSync(environment, 'GREETING=hello\0OLD=1\0');
    const file = join(directory, 'checkpoint');
    const kernel = place.start('socat', ['-', `PTY,link=${file},raw,echo=0`], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await until(() => existsSync(file));
    kernel.line(/1/).then(() => {
      writeFileSync(environment, 'GREETING=bonjour\0');
      kernel.child.stdin?.write(word);
    });
    return { CRAC_GVISOR_DIR: directory };
  }

  test("a checkpoint that the program asks for; the environment is the new container's", async () => {
    const running = start({ ...(await gvisor('restore')), OLD: '1' }, 'asks');
    await running.line(/asked/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore bonjour', 'asked true']);
    expect(await get(PORT, '/old')).toBe('undefined');
  });

  test('the sandbox that goes on is no copy', async () => {
    const running = start(await gvisor('resume'), 'asks');
    await running.line(/asked/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'afterRestore hello', 'asked false']);
  });

  test('what gVisor says otherwise is a failure with its word', async () => {
    const running = start(await gvisor('error'), 'asks');
    await running.line(/says error where it says resume or restore/);
  });
});

describe('a copy that nobody announced', () => {
  /** The kernel's device as a file: its page has another generation from now on. */
  function clockPage(generation: bigint): Buffer {
    const page = Buffer.alloc(4096);
    page.writeUInt32LE(0x4b4c4356, 0);
    page.writeBigUInt64LE(1n << 8n, 24);
    page.writeBigUInt64LE(generation, 104);
    return page;
  }

  const WARNING =
    /crac: this machine was copied or has stood still, and nobody called the hooks \(the machine has another generation\)/;

  test("is told by the machine's clock device: once in words, each time in deeds", async () => {
    const device = place.path('vmclock0');
    writeFileSync(device, clockPage(1n));
    const running = start({ CRAC_VMCLOCK: device });
    await listening(running);
    for (const generation of [2n, 3n]) {
      writeFileSync(device, clockPage(generation));
      await until(() => said(running).length === Number(generation) - 1);
    }
    expect(said(running)).toEqual(['onCopy', 'onCopy']);
    expect(running.stderr().match(new RegExp(WARNING, 'g'))).toHaveLength(1);
    expect(await get(PORT)).toBe('hello true');
  });

  test("is told by the kernel's log", async () => {
    const log = place.path('kmsg');
    writeFileSync(log, '5,1,1,-;random: crng reseeded due to virtual machine fork\n');
    const running = start({ CRAC_VMCLOCK: '/nonexistent', CRAC_KMSG: log });
    await listening(running);
    appendFileSync(log, '6,2,2,-;eth0: link becomes ready\n');
    appendFileSync(log, '5,3,3,-;random: crng reseeded due to virtual machine fork\n');
    await running.line(WARNING);
    expect(said(running)).toEqual(['onCopy']);
  });

  test('is not looked for with CRAC_CLONE_WATCH=off', async () => {
    const device = place.path('vmclock0');
    writeFileSync(device, clockPage(1n));
    const running = start({ CRAC_VMCLOCK: device, CRAC_CLONE_WATCH: 'off' });
    await listening(running);
    const opened = execFileSync('ls', ['-l', `/proc/${running.pid}/fd`], { encoding: 'utf8' });
    expect(opened).not.toContain('vmclock0');
  });
});
