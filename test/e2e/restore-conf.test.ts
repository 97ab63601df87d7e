import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC, type Ended } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

/** What stands in restore.conf is read strictly, and what it holds never reaches a terminal as a command to it. */

const HEAD = `format 1\nengine criu\nmode ${process.geteuid?.() === 0 ? 'root' : 'user'}\ncriu /bin/false\nprogram 128\n`;

beforeEach(() => mkdirSync(image, { mode: 0o700 }));

const conf = (text: string): void => writeFileSync(`${image}/restore.conf`, text, { mode: 0o600 });

const shown = ({ code, stdout, stderr }: Ended): string =>
  `${code}: ${stdout}${stderr}`.replaceAll(place.directory, 'HERE');

const restore = async (text: string, ...options: string[]): Promise<string> => {
  conf(text);
  return shown(await place.crac('restore', image, ...options));
};

const DAMAGED = '; the image is damaged: copy it anew, or make it anew with\n`crac checkpoint`\n';

describe('lines that no checkpoint writes', () => {
  test('without a value, or without a key', async () => {
    for (const line of ['mark', 'mark ', ' mark', '', ' ', 'criu '])
      expect(await restore(`${HEAD}${line}\nend 1\n`)).toBe(
        `72: crac: HERE/image/restore.conf, line 6: not a word and its value${DAMAGED}`,
      );
  });

  test('too long', async () => {
    expect(await restore(`${HEAD}mark ${'x'.repeat(9000)}\nend 1\n`)).toBe(
      `72: crac: HERE/image/restore.conf, line 6: longer than any line that a checkpoint writes${DAMAGED}`,
    );
  });

  test('with a NUL byte', async () => {
    expect(await restore(`${HEAD}mark \0\nend 1\n`)).toContain(': a NUL byte; the image is damaged');
  });

  test('with values that mean nothing', async () => {
    for (const line of [
      'port 4 127.0.0.1 99999 0 10',
      `port 4 ${'1'.repeat(200)} 80 0 10`,
      'port 5 127.0.0.1 80 0 10',
      'port 4 127.0.0.1 80 0 99999999999999999999',
      'open 128 17 append 42',
      'open 128 17 sideways 0 0 0 0 0 0 - /x',
      `open 128 17 append 0 0 ${'9'.repeat(300)} 0 0 0 - /x`,
      'mapped 12 0 - relative',
      'own x 1 relative',
      'file -1 a.img',
      'file 99999999999999999999 a.img',
    ])
      expect(await restore(`${HEAD}${line}\nend 1\n`)).toBe(
        `72: crac: HERE/image/restore.conf: this line cannot be read:\n  ${line}\nThe image is damaged: copy it anew, or make it anew with \`crac checkpoint\`\n`,
      );
    for (const [key, line] of [
      ['program 128', 'program 0'],
      ['program 128', 'program 99999999999'],
      [/mode \w+/, 'mode both'],
      ['criu /bin/false', 'criu bin/false'],
    ] as const)
      expect(await restore(`${HEAD.replace(key, line)}end 1\n`)).toContain(
        `this line cannot be read:\n  ${line}\n`,
      );
    for (const key of ['program', 'mode', 'criu'])
      expect(await restore(`${HEAD.replace(new RegExp(`^${key} .*\n`, 'm'), '')}end 1\n`)).toContain(
        `HERE/image/restore.conf has no line \`${key}\``,
      );
  });
});

/** Clears the screen, sets the title, and turns text around, in each of their forms. */
const ORDERS = '\u001b[2J\u001b]0;title\u0007\u009b2J\u007f\r\u202e';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ORDER = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('control characters', () => {
  test('in messages of the restorer', async () => {
    for (const text of [
      HEAD.replace('format 1', `format ${ORDERS}`),
      HEAD.replace('engine criu', `engine ${ORDERS}`),
      HEAD.replace('/bin/false', `/nowhere/${ORDERS}`),
      `${HEAD}file 7 ${ORDERS}\n`,
      `${HEAD}port ${ORDERS}\n`,
      `${HEAD}mapped 1 1 - /nowhere/${ORDERS}\n`,
      `${HEAD}node 1 /bin/false\nnode-version ${ORDERS}\nmapped 1 1 - /bin/false\n`,
    ]) {
      const said = await restore(`${text}end 1\n`);
      expect(said).toMatch(/^7[02]: crac: /);
      expect(said).toContain('\\x1b');
      expect(said).not.toMatch(ORDER);
    }
  });

  test('bytes that are no UTF-8', async () => {
    conf(`${HEAD}end 1\n`);
    const name = Buffer.from(`${image}/x`);
    writeFileSync(Buffer.concat([name, Buffer.from([0x9b, 0x32, 0x4a])]), '', { mode: 0o666 });
    const { stderr } = await place.start('sh', ['-c', `chmod 666 ${image}/x*; ${CRAC} restore ${image}`])
      .ended;
    expect(stderr).toContain('/x\\x9b2J may be written by others');
  });

  test('in what crac inspect, explain and ps print', async () => {
    conf(`${HEAD}file 7 ${ORDERS}\nend 1\n`);
    const manifest = {
      format: 1,
      createdAt: ORDERS,
      engine: { name: ORDERS, version: ORDERS, path: ORDERS },
      mode: 'user',
      uid: 0,
      kernel: ORDERS,
      arch: ORDERS,
      node: { version: ORDERS, path: ORDERS, size: 1 },
      command: ['node', `a\nfake   line${ORDERS}`],
      environmentNames: [ORDERS],
      ports: [{ family: 4, address: ORDERS, port: 1 }],
      open: [{ fd: 1, path: ORDERS, access: 'read' }],
      size: 1,
    };
    writeFileSync(`${image}/manifest.json`, JSON.stringify(manifest), { mode: 0o600 });
    writeFileSync(`${image}/${ORDERS.replaceAll('/', '')}`, '', { mode: 0o600 });
    writeFileSync(
      `${image}/restore.log`,
      `(00.000001) 128: Error (criu/files-reg.c:2208): Can't open file srv/${ORDERS.replace('\r', '')} on restore: No such file or directory\n`,
      { mode: 0o600 },
    );
    for (const words of [['inspect'], ['inspect', '--json'], ['explain'], ['explain', '--json']]) {
      const said = shown(await place.crac(...words, image));
      expect(said).toMatch(/^(0|4|70): /); // 70: an engine that this version does not have
      expect(said).toMatch(/\\x[019][0-9a-f]|\\u00[019][0-9a-f]/);
      expect(said).not.toMatch(ORDER);
      expect(said).not.toMatch(/^fake/m);
    }
    writeFileSync(`${image}/manifest.json`, `{"${ORDERS}`, { mode: 0o600 });
    expect(shown(await place.crac('inspect', image))).not.toMatch(ORDER);
  });
});
