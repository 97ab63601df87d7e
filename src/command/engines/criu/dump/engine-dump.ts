import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ProgramRecord } from '../../../../shared/protocol/record.ts';
import { NATIVE } from '../../../base/paths.ts';
import type { Lease } from '../../../checkpoint/lease.ts';
import { DUMP_LOG } from '../log-name.ts';

export interface Dump {
  record: ProgramRecord & { init: number; program: number };
  criu: string;
  /** The directory where the engine writes; exists and is empty. */
  directory: string;
  leaveRunning: boolean;
  /** The time limit in seconds. */
  timeout: number;
  /** Names of outside objects that the engine leaves to the restorer (`--external`). */
  external: string[];
  options: string[];
  /** The lease: the process that runs the engine holds on to it too, and to the lock of the directory. */
  lease: Lease | undefined;
  lock: number | undefined;
  /** Listening sockets, `PID:FD` as seen from here, whose waiting clients are taken away meanwhile. */
  drain: string[];
}

/** Options without which ordinary Node programs fail, and which cost those that do not need them nothing. */
const ALWAYS = [
  '--tcp-close', // both ends see a clean end; needs no firewall tools and leaves no rules behind
  '--skip-in-flight',
  '--file-locks',
  '--link-remap',
  '--ghost-limit',
  '100M',
  '--network-lock',
  'skip',
  '--manage-cgroups=ignore',
];

export function dumpCommand(dump: Dump): string[] {
  return [
    dump.criu,
    'dump',
    '-t',
    String(dump.record.program),
    '-D',
    dump.directory,
    '-W',
    dump.directory,
    '-o',
    DUMP_LOG,
    '-v4',
    ...ALWAYS,
    dump.leaveRunning ? '--leave-running' : '--leave-stopped',
    ...(dump.record.mode === 'user' ? ['--unprivileged'] : []),
    ...dump.external.flatMap((name) => ['--external', name]),
    ...dump.options,
  ];
}

/** The time in milliseconds in which the last that the engine has said is here. */
const LAST_WORDS = 2000;

/** Runs the engine inside the program's namespaces. Resolves to its exit code and what it printed. */
export function runDump(dump: Dump): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      NATIVE,
      [
        'enter',
        String(dump.record.init),
        String(dump.timeout),
        ...dump.drain.flatMap((listener) => ['--drain', listener]),
        ...dumpCommand(dump),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe', dump.lease?.socket ?? 'ignore', dump.lock ?? 'ignore'],
        detached: true, // Ctrl-C at the terminal must not stop the engine half-way
        // CRIU looks for its kernel-feature cache there when it is run without privileges, and may write one.
        env: { ...process.env, XDG_RUNTIME_DIR: dump.record.directory },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const done = () => resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], output });
      child.on('close', done);
      // Where the process that runs the engine was killed, a helper of the engine may have its streams for ever.
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LAST_WORDS).unref();
    });
  });
}

export const dumpLogPath = (directory: string): string => join(directory, DUMP_LOG);
