import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runtimeDirectory } from '../../src/command/base/runtime-directory.ts';
import { parsePayload } from '../../src/program/fixups/payload.ts';

const NATIVE = join(import.meta.dirname, '../../native');
const CC = process.env.CC || 'cc';
const hasCompiler = process.platform === 'linux' && spawnSync(CC, ['--version']).status === 0;
const NEEDS = `needs Linux and a C compiler, ${CC}`;

/** What the two sources need of others; nothing of it is what is compared. */
const PROGRAM = `
#include "base/record.c"
#include "restore/payload.c"
#include <stdarg.h>

char *copyf(const char *format, ...)
{
	va_list rest;
	char *text;

	va_start(rest, format);
	if (vasprintf(&text, format, rest) < 0)
		abort();
	va_end(rest);
	return text;
}

void die(int code, const char *format, ...) { (void)format; exit(code); }
void die_late(const char *what) { (void)what; exit(74); }
void say(const char *format, ...) { (void)format; }
void remove_directory(const char *path) { (void)path; }
void write_file(const char *directory, const char *name, const char *content) { (void)directory; (void)name; (void)content; }
char *read_file(const char *path, size_t *length) { (void)path; (void)length; return NULL; }
char *read_stream(const char *path, size_t *length) { (void)path; (void)length; return NULL; }

int main(int argc, char **argv)
{
	char buffer[65536];
	ssize_t length;
	int fd;

	if (argc == 1) {
		printf("%s", place());
		return 0;
	}
	char *words[] = { "/bin/node" };
	struct list cold = { words, 1 };

	fd = payload_make(argv[1], argv[2], NULL, argv + 3, &cold);
	payload_release(fd);
	length = pread(fd, buffer, sizeof(buffer), 0);
	return length < 0 || write(1, buffer, length) != length;
}
`;

function built(use: (program: string) => void): void {
  const place = mkdtempSync(join(tmpdir(), 'shared-'));
  try {
    writeFileSync(join(place, 'shared.c'), PROGRAM);
    execFileSync(CC, [
      '-w',
      '-D_GNU_SOURCE',
      '-I',
      NATIVE,
      '-o',
      join(place, 'shared'),
      join(place, 'shared.c'),
    ]);
    use(join(place, 'shared'));
  } finally {
    rmSync(place, { recursive: true });
  }
}

test.skipIf(!hasCompiler)(`C and TypeScript name the same runtime directory (${NEEDS})`, () => {
  built((program) => {
    for (const env of [
      {},
      { CRAC_RUNTIME_DIR: '/srv/grün dir' },
      { CRAC_RUNTIME_DIR: 'relative' },
      { CRAC_RUNTIME_DIR: '' },
      { XDG_RUNTIME_DIR: '/run/user/7' },
      { XDG_RUNTIME_DIR: 'relative' },
      { CRAC_RUNTIME_DIR: '', XDG_RUNTIME_DIR: '' },
    ])
      expect(execFileSync(program, { encoding: 'utf8', env }), JSON.stringify(env)).toBe(
        runtimeDirectory(env),
      );
  });
});

test.skipIf(!hasCompiler)(`what C hands over to a restored program is read as it was (${NEEDS})`, () => {
  built((program) => {
    const environment = { A: '', TEXT: 'a b\n"c"=\\', GRÜN: '😀', __proto__x: '1' };
    const message = execFileSync(program, ['/run/1', '/srv/a b', 'one', '', '--x=y'], { env: environment });
    const payload = parsePayload(message.toString());
    expect({ ...payload, environment: { ...payload.environment } }).toEqual({
      record: '/run/1',
      cwd: '/srv/a b',
      environment,
      arguments: ['one', '', '--x=y'],
    });
  });
});

test('every line of restore.conf that C reads is written by TypeScript, and the other way round', () => {
  const sources = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.c'),
  );
  const read = new Set(
    sources.flatMap((name) =>
      [
        ...readFileSync(join(NATIVE, name), 'utf8').matchAll(
          /(?:(?:conf_(?:get|need|each)|number_of)\([^";]*)"([a-z-]+)"/g,
        ),
      ].map(([, key]) => key as string),
    ),
  );
  const writer = readFileSync(join(NATIVE, '../src/command/image/restore-conf.ts'), 'utf8');
  const written = new Set([...writer.matchAll(/\['([a-z-]+)',/g)].map(([, key]) => key as string));
  /** Written where an image is put into another form for storage. */
  const ofOthers = ['compressed', 'encrypted'];
  expect([...read].filter((key) => !written.has(key)).sort()).toEqual(ofOthers);
  expect([...written].filter((key) => !read.has(key))).toEqual([]);
});
