import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/command/base/command-error.ts';
import { SOCKET_SUFFIX } from '../../src/command/base/runtime-directory.ts';
import { capabilityNames, ROOT_NEEDS } from '../../src/command/doctor/capabilities.ts';
import { V8_HIGH, V8_LOW } from '../../src/command/engines/criu/image/cow/choose.ts';
import { PAGE_FILE } from '../../src/command/engines/criu/image/cow/page-file.ts';
import { NO_KEY, PKRU_SAVED } from '../../src/command/engines/criu/image/protection-keys.ts';
import { generationOf } from '../../src/program/fixups/generation.ts';
import { SOCKET_PATH_MAX } from '../../src/shared/protocol/socket-path.ts';

const ROOT = join(import.meta.dirname, '../..');
const CC = process.env.CC || 'cc';
const hasCompiler = process.platform === 'linux' && spawnSync(CC, ['--version']).status === 0;

/** What native sources define and TypeScript repeats; each is printed as NAME=VALUE by a program that includes them. */
const PROGRAM = `
#define _GNU_SOURCE
#include <linux/capability.h>
#include "generation.h"
#include <stdio.h>
#include "base/exit-codes.h"
#include "defines.h"
#define NUMBER(name) printf(#name "=%lld\\n", (long long)(name))
#define TEXT(name) printf(#name "=%s\\n", name)
#define CAPABILITY(name) printf("CAP_" #name "=%d\\n", CAP_##name)

int main(void)
{
	static union { struct generation generation; char bytes[GENERATION_SIZE]; } page = {
		.generation = { .copy = 11, .gate = GATE_CLOSED, .program = 4711, .record = "/run/node-crac/1", .pid_offset = 100 },
	};

	NUMBER(CRAC_EXIT_USAGE); NUMBER(CRAC_EXIT_UNKNOWN); NUMBER(CRAC_EXIT_ENGINE); NUMBER(CRAC_EXIT_NAMESPACE);
	NUMBER(CRAC_EXIT_IMAGE); NUMBER(CRAC_EXIT_PORT); NUMBER(CRAC_EXIT_TIMEOUT);
	NUMBER(V8_LOW); NUMBER(V8_HIGH); NUMBER(NO_KEY); NUMBER(PKRU_SAVED); NUMBER(SOCKET_PATH_MAX);
	TEXT(PAGE_FILE); TEXT(SOCKET_SUFFIX);
	CAPABILITY(CHOWN); CAPABILITY(SETPCAP); CAPABILITY(NET_ADMIN); CAPABILITY(SYS_CHROOT); CAPABILITY(SYS_PTRACE);
	CAPABILITY(SYS_ADMIN); CAPABILITY(SYS_TIME); CAPABILITY(SETFCAP); CAPABILITY(AUDIT_READ);
	CAPABILITY(CHECKPOINT_RESTORE);
	printf("PAGE=");
	for (size_t i = 0; i < sizeof(page); i++)
		printf("%02x", (unsigned char)page.bytes[i]);
	printf("\\n");
	return 0;
}
`;

/** Constants that stand in the one source that uses them, taken out by name as the preprocessor sees them. */
const IN_SOURCES: [file: string, names: string[]][] = [
  ['preload/discard.c', ['V8_LOW', 'V8_HIGH', 'PAGE_FILE']],
  ['engines/criu/protection-keys.c', ['NO_KEY', 'PKRU_SAVED']],
  ['base/record.c', ['SOCKET_PATH_MAX', 'SOCKET_SUFFIX']],
];

/** The definitions as the preprocessor sees them for this processor, in a header that the program includes. */
function definitions(): string {
  return IN_SOURCES.flatMap(([file, names]) => {
    const source = join(ROOT, 'native', file);
    const all = execFileSync(CC, ['-E', '-dM', '-I', join(ROOT, 'native'), source], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }).split('\n');
    return names.map((name) => {
      const line = all.find((each) => each.startsWith(`#define ${name} `));
      if (line === undefined)
        throw new Error(`native/${file} defines no ${name} any more; correct this test`);
      return line;
    });
  }).join('\n');
}

describe.skipIf(!hasCompiler)(
  `constants that C and TypeScript share (needs Linux and a C compiler, ${CC})`,
  () => {
    const native = new Map<string, string>();
    const number = (name: string): number => Number(native.get(name));
    let place: string;

    beforeAll(() => {
      place = mkdtempSync(join(tmpdir(), 'constants-'));
      writeFileSync(join(place, 'defines.h'), definitions());
      writeFileSync(join(place, 'constants.c'), PROGRAM);
      const program = join(place, 'constants');
      execFileSync(CC, ['-I', join(ROOT, 'native'), '-I', place, '-o', program, join(place, 'constants.c')]);
      for (const line of execFileSync(program, { encoding: 'utf8' }).trim().split('\n')) {
        const equals = line.indexOf('=');
        native.set(line.slice(0, equals), line.slice(equals + 1));
      }
    });
    afterAll(() => rmSync(place, { recursive: true }));

    test.each(['usage', 'unknown', 'engine', 'namespace', 'image', 'port', 'timeout'] as const)(
      'the exit code %s',
      (name) => {
        expect(number(`CRAC_EXIT_${name.toUpperCase()}`)).toBe(EXIT[name]);
      },
    );

    test('the page by which a thread knows its copy is read where C writes it', () => {
      const bytes = Buffer.from(native.get('PAGE') ?? '', 'hex');
      expect(bytes).toHaveLength(4096);
      const page = new ArrayBuffer(bytes.length);
      bytes.copy(Buffer.from(page));
      const { copy, program, record, pidOffset, cells } = generationOf(page);
      expect({ copy, program, record, pidOffset, gate: cells[1] }).toEqual({
        copy: 11,
        program: 4711,
        record: '/run/node-crac/1',
        pidOffset: 100,
        gate: 2,
      });
    });

    test("where V8 asks for its memory, and the page file's name", () => {
      expect(number('V8_LOW')).toBe(V8_LOW);
      expect(number('V8_HIGH')).toBe(V8_HIGH);
      expect(native.get('PAGE_FILE')).toBe(`/${PAGE_FILE}`);
    });

    test('the protection key register as a thread starts with it', () => {
      expect(number('NO_KEY')).toBe(NO_KEY);
      expect(number('PKRU_SAVED')).toBe(PKRU_SAVED);
    });

    test('how long the name of a socket may be, and what stands behind the runtime directory', () => {
      expect(number('SOCKET_PATH_MAX')).toBe(SOCKET_PATH_MAX);
      expect(native.get('SOCKET_SUFFIX')).toBe(SOCKET_SUFFIX);
    });

    test('the numbers of capabilities, and those that root needs', () => {
      const names = [...native.keys()].filter((name) => name.startsWith('CAP_'));
      for (const name of names) expect(capabilityNames(1n << BigInt(number(name)))).toEqual([name.slice(4)]);
      expect(names.map((name) => name.slice(4))).toEqual(expect.arrayContaining([...ROOT_NEEDS]));
      const source = readFileSync(join(ROOT, 'native/supervisor/privileges.c'), 'utf8');
      const [, needs = ''] = source.match(/root_needs =([^;]*);/) ?? [];
      expect([...needs.matchAll(/CAP_(\w+)/g)].map(([, name]) => name)).toEqual([...ROOT_NEEDS]);
    });
  },
);
