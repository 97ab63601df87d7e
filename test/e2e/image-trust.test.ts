import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC, type Ended } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { As, USER, whyNoUsers } from '../support/user.ts';

/** An image is code: it is believed only where nobody else than the caller and root can have written it. */

const ME = process.geteuid?.() ?? 0;
const STRANGER = 1001;
const why = whyNoUsers();

const shown = ({ code, stdout, stderr }: Ended): string =>
  `${code}: ${stdout}${stderr}`.replaceAll(place.directory, 'HERE');

const proof = (): string => place.path('proof');

/** What somebody writes who wants others to run his program: it looks like an image, and names an engine of his. */
/** All that a manifest must have, of an image that holds nothing of use. */
const MANIFEST = {
  format: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  engine: { name: 'criu', version: '4.2', path: '/usr/sbin/criu' },
  mode: ME === 0 ? 'root' : 'user',
  uid: ME,
  kernel: '6.1.0',
  arch: process.arch,
  node: { version: process.version, path: process.execPath, size: 1 },
  command: ['node'],
  environmentNames: [],
  ports: [],
  size: 3,
};

beforeEach(() => {
  chmodSync(place.directory, 0o755);
  mkdirSync(image);
  writeFileSync(place.path('evil'), `#!/bin/sh\nid > ${proof()}\nexit 1\n`, { mode: 0o755 });
  const mode = ME === 0 ? 'root' : 'user';
  writeFileSync(
    `${image}/restore.conf`,
    `format 1\nengine criu\nmode ${mode}\ncriu ${place.path('evil')}\nprogram 128\nids ${ME} ${ME}\nfile 3 a.img\nend 1\n`,
    { mode: 0o600 },
  );
  writeFileSync(`${image}/a.img`, 'abc', { mode: 0o600 });
  writeFileSync(`${image}/manifest.json`, JSON.stringify(MANIFEST), { mode: 0o600 });
  writeFileSync(`${image}/dump4.log`, '(00.1) Error (criu/x.c:1): nothing\n', { mode: 0o600 });
});

/** Every command that reads an image. */
const COMMANDS = [
  ['restore'],
  ['inspect'],
  ['inspect', '--verify'],
  ['explain'],
  ['compare'],
  ['explain', '/dev/null', '--image'],
  ['image', 'compress'],
  ['image', 'decompress'],
  ['image', 'encrypt', '--key-file', '/dev/null'],
];

async function refusedByAll(words: string, mend: () => void): Promise<void> {
  for (const command of COMMANDS) {
    const ended = await place.crac(...command, image);
    expect(`${command.join(' ')}: ${shown(ended)}`).toContain(
      `${command.join(' ')}: 72: crac: HERE/image${words}`,
    );
    expect(ended.stderr).toContain('--trust-image-of ');
  }
  expect(existsSync(proof())).toBe(false);
  mend();
  await place.crac('restore', image);
  expect(existsSync(proof())).toBe(true); // its engine is executed, so only this was in the way
}

describe('an image that others can write is refused by every command', () => {
  test('its directory', () => {
    chmodSync(image, 0o777);
    return refusedByAll(' may be written by others (mode 777), and an image is code', () =>
      chmodSync(image, 0o700),
    );
  });

  test('its directory, with the sticky bit', () => {
    chmodSync(image, 0o1777);
    return refusedByAll(' may be written by others (mode 1777)', () => chmodSync(image, 0o700));
  });

  for (const name of ['restore.conf', 'a.img', 'manifest.json', 'not-named-anywhere'])
    test(name, () => {
      writeFileSync(
        `${image}/${name}`,
        existsSync(`${image}/${name}`) ? readFileSync(`${image}/${name}`) : '',
      );
      chmodSync(`${image}/${name}`, 0o666);
      return refusedByAll(`/${name} may be written by others (mode 666)`, () =>
        chmodSync(`${image}/${name}`, 0o600),
      );
    });
});

describe.skipIf(ME !== 0)('an image that belongs to somebody else is refused by every command', () => {
  test('its directory', () => {
    chownSync(image, STRANGER, STRANGER);
    return refusedByAll(` belongs to user ${STRANGER}, and an image is code`, () => chownSync(image, 0, 0));
  });

  test('a file', () => {
    chownSync(`${image}/a.img`, STRANGER, STRANGER);
    return refusedByAll(`/a.img belongs to user ${STRANGER}`, () => chownSync(`${image}/a.img`, 0, 0));
  });

  test('by way of a symbolic link', async () => {
    chownSync(image, STRANGER, STRANGER);
    execFileSync('ln', ['-s', image, place.path('link')]);
    for (const command of COMMANDS)
      expect(shown(await place.crac(...command, place.path('link')))).toMatch(
        new RegExp(`^72: crac: HERE/(image|link) belongs to user ${STRANGER}`),
      );
  });

  test('the option says whom to believe', async () => {
    chownSync(image, STRANGER, STRANGER);
    const other = shown(await place.crac('restore', image, '--trust-image-of', '1002'));
    expect(other).toContain(`belongs to user ${STRANGER}`);
    expect(shown(await place.crac('restore', image, '--trust-image-of', 'no-such-user'))).toBe(
      '2: crac: --trust-image-of no-such-user: there is no user of this name in /etc/passwd; give the number, or the word\nanyone\n',
    );
    expect(shown(await place.crac('inspect', image, '--trust-image-of', 'no-such-user'))).toContain(
      '2: crac: --trust',
    );
    expect(existsSync(proof())).toBe(false);
    await place.crac('restore', image, `--trust-image-of=${STRANGER}`);
    expect(existsSync(proof())).toBe(true);
    chmodSync(image, 0o777);
    execFileSync('rm', [proof()]);
    expect(shown(await place.crac('restore', image, '--trust-image-of', `${STRANGER}`))).toContain(
      'by others',
    );
    await place.crac('restore', image, '--trust-image-of', 'anyone');
    expect(existsSync(proof())).toBe(true);
  });

  test('the engine that it names, its directory, and other programs', async () => {
    chownSync(place.path('evil'), STRANGER, STRANGER);
    expect(shown(await place.crac('restore', image))).toContain(
      `72: crac: HERE/evil belongs to another user (user ${STRANGER}, mode 755), and HERE/evil, which HERE/image/restore.conf names as \`criu\`, would be executed as user 0.`,
    );
    chownSync(place.path('evil'), 0, 0);
    chmodSync(place.directory, 0o777);
    expect(shown(await place.crac('restore', image))).toContain('72: crac: HERE may be written by others');
    chmodSync(place.directory, 0o755);
    for (const key of ['stand-in', 'agent']) {
      const conf = readFileSync(`${image}/restore.conf`, 'utf8');
      writeFileSync(place.path('more'), '', { mode: 0o755 });
      chownSync(place.path('more'), STRANGER, STRANGER);
      writeFileSync(`${image}/restore.conf`, conf.replace('end 1', `${key} ${place.path('more')}\nend 1`));
      expect(shown(await place.crac('restore', image))).toContain(
        `72: crac: HERE/more belongs to another user`,
      );
      writeFileSync(`${image}/restore.conf`, conf);
    }
    expect(existsSync(proof())).toBe(false);
  });

  test('whoever owns the node that the program runs on may own the rest, as with an unpacked archive of node', async () => {
    const conf = readFileSync(`${image}/restore.conf`, 'utf8');
    writeFileSync(place.path('node'), '', { mode: 0o755 });
    for (const name of ['node', 'evil']) chownSync(place.path(name), STRANGER, STRANGER);
    writeFileSync(`${image}/restore.conf`, conf.replace('program', `node 0 ${place.path('node')}\nprogram`));
    await place.crac('restore', image);
    expect(existsSync(proof())).toBe(true);
  });

  test('the engine pause names what wakes the program', async () => {
    writeFileSync(
      `${image}/restore.conf`,
      `format 1\nengine pause\nmode root\nprogram 1\nagent ${place.path('evil')}\nend 1\n`,
    );
    chownSync(place.path('evil'), STRANGER, STRANGER);
    expect(shown(await place.crac('restore', image))).toContain(
      '72: crac: HERE/evil belongs to another user',
    );
    expect(existsSync(proof())).toBe(false);
  });

  test('an image of somebody else is not replaced', async () => {
    chownSync(image, STRANGER, STRANGER);
    writeFileSync(place.path('app.js'), '');
    for (const command of ['run', 'build'])
      expect(shown(await place.crac(command, '--image', image, 'app.js'))).toContain(
        `2: crac: HERE/image is an image of user ${STRANGER}, and would be replaced: name another directory, or remove it`,
      );
  });
});

describe.skipIf(why)(`users${why ? ` (skipped: ${why})` : ''}`, () => {
  test('a group of the user alone may write, another may not', async () => {
    const user = new As(place, USER);
    execFileSync('chown', ['-R', '1000:1000', image]);
    const lines = (path: string) =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(':'));
    const primary = new Set(lines('/etc/passwd').map(([, , , group]) => group));
    const empty = lines('/etc/group').find(([, , number, members]) => !members && !primary.has(number))?.[2];
    const conf = readFileSync(`${image}/restore.conf`, 'utf8');
    writeFileSync(
      `${image}/restore.conf`,
      conf.replace('mode root', 'mode user').replace(/ids .*/, 'ids 1000 1000'),
    );
    chmodSync(image, 0o770);
    if (empty !== undefined) {
      execFileSync('chown', ['-R', `1000:${empty}`, image]);
      expect(shown(await user.crac('restore', image))).not.toContain('may be written by others');
    }
    execFileSync('chown', ['-R', '1000:54321', image]);
    expect(shown(await user.crac('restore', image))).toContain(
      'HERE/image may be written by others (mode 770)',
    );
  });
});

test('names out of an image are names of its files', async () => {
  const conf = readFileSync(`${image}/restore.conf`, 'utf8');
  writeFileSync(place.path('outside'), 'abc');
  for (const line of [
    'file 3 ../outside',
    'page-file 3 ../outside',
    'own ../outside 1 /tmp/x',
    'file 3 ..',
    'own /etc/passwd 1 /x',
  ]) {
    writeFileSync(`${image}/restore.conf`, conf.replace('end 1', `${line}\nend 1`));
    expect(shown(await place.crac('restore', image))).toBe(
      `72: crac: HERE/image/restore.conf: this line cannot be read:\n  ${line}\nThe image is damaged: copy it anew, or make it anew with \`crac checkpoint\`\n`,
    );
  }
  expect(existsSync(proof())).toBe(false);
});

test('a file of an image is not unpacked outside of it', async () => {
  execFileSync('sh', ['-c', `printf '' | zstd -q > ${place.path('escaped.zst')}`]);
  for (const name of ['../escaped', '..', '/etc/x', 'a/b', '', 7]) {
    writeFileSync(
      `${image}/compressed.json`,
      JSON.stringify({ format: 1, method: 'zstd', files: [{ name, size: 0, sha256: '' }] }),
    );
    expect(shown(await place.crac('image', 'decompress', image, '--to', place.path('out', 'image')))).toMatch(
      /^72: crac: HERE\/image\/compressed.json is damaged: .* is not a file of an image with its size; copy the image anew/,
    );
  }
  expect(existsSync(place.path('escaped'))).toBe(false);
});

test('the option is in the help of every command that reads an image', () => {
  for (const command of ['restore', 'inspect', 'explain', 'compare', 'image'])
    expect(execFileSync(CRAC, [command, '--help']).toString()).toContain('--trust-image-of USER');
});
