import { readlinkSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { CLI, MARK, NATIVE } from '../../base/paths.ts';
import type { CheckpointOptions } from '../../checkpoint/options.ts';
import type { ListeningPort, MappedFile, OpenFile } from '../../image/contents.ts';
import { sumsOf } from '../../image/integrity/sums.ts';
import { bytesOf, filesIn, type Manifest, manifestOfProgram, writeManifest } from '../../image/manifest.ts';
import { copyPackageFiles, copyRestorer } from '../../image/package-files.ts';
import { formatRestoreConf, writeConf } from '../../image/restore-conf.ts';
import { machineFacts } from '../../machine/facts.ts';
import { listeningPorts } from '../../pipeline/ports.ts';
import { direct } from './engine.ts';
import type { Member } from './family.ts';
import { mappedFilesOf } from './mapped.ts';
import { openFilesOf } from './open.ts';
import type { Reported } from './reported.ts';
import type { Shared } from './shared.ts';

/** The version of the files' form (native/engines/direct/format.h). */
const VERSION = '1';
const PAGE_FILE = /(?:^|\/)crac-memory(?:-\d+)?\.img$/;
const OURS = /^(.*)\/native\/build\/direct\.so$/;

/** The things that a program has, apart from what it has written. */
export interface Seen {
  ports: ListeningPort[];
  open: OpenFile[];
  mapped: MappedFile[];
  cwd: string;
}

/** The processes to look at, by PIDs as seen from here. */
export interface Standing {
  program: number;
  /** The program and its children; none where it is alone. */
  members: readonly Member[];
  shared: Shared | undefined;
  /** Looked at in the program's place: the child that has its memory, and what that child has not. */
  snapshot?: { writer: number; reported: Reported };
}

/** Looks at processes that stand still. */
export function see(
  { program, members, shared, snapshot }: Standing,
  { directory, program: inside }: ProgramRecord,
  { stdio }: ReadyDetails,
): Seen {
  const streams = new Set(stdio.map(({ fd }) => fd));
  const first = snapshot?.writer ?? program;
  const pids = [first, ...members.slice(1).map(({ pid }) => pid)];
  const isMark = (path: string) => path === MARK || path.startsWith(join(directory, 'mark'));
  const mappedOnce = new Map(pids.flatMap((pid) => mappedFilesOf(pid, isMark)).map((one) => [one.path, one]));
  return {
    ports: snapshot?.reported.ports ?? portsOf(pids),
    open: [
      ...openFilesOf(first, streams, inside as number, snapshot?.reported.files),
      ...members.slice(1).flatMap(({ number, pid, inside }) => {
        const inherited = shared?.given.get(number)?.filter(({ how }) => how === 'stream') ?? [];
        return openFilesOf(pid, new Set(inherited.map(({ fd }) => fd)), inside);
      }),
    ],
    mapped: [...mappedOnce.values()],
    cwd: readlinkSync(`/proc/${first}/cwd`),
  };
}

/** Makes an image of ours of what the program has written. */
export async function describeImage(
  directory: string,
  { ports, open, mapped: all, cwd }: Seen,
  { members, shared }: Pick<Standing, 'members' | 'shared'>,
  { record, labels: given }: CheckpointOptions,
  details: ReadyDetails,
): Promise<Manifest> {
  const machine = machineFacts(record);
  const labels = { ...record.labels, ...given };
  const ours = new Set(packageFiles(all.map(({ path }) => path)));
  const mapped = all.filter(({ path }) => !ours.has(path) && !PAGE_FILE.test(path));
  const own = await copyPackageFiles(
    [...ours].map((path) => ({ name: `crac-${path.slice(path.lastIndexOf('/') + 1)}`, path })),
    '',
    directory,
  );
  await copyRestorer(NATIVE, directory);
  for (const name of await readdir(directory))
    if (PAGE_FILE.test(name)) await chmod(join(directory, name), 0o400);
  const files = await filesIn(directory);
  const said = await manifestOfProgram(
    { name: direct.name, version: VERSION, path: '' },
    record.mode,
    details,
    labels,
  );
  const text = formatRestoreConf({
    engine: direct.name,
    mode: record.mode,
    program: record.program as number,
    node: said.node,
    cwd: cwd.endsWith(' (deleted)') ? undefined : cwd,
    pollStdin: details.pollStdin,
    members: members.slice(1).map(({ inside, ...member }) => ({ ...member, pid: inside })),
    ...(shared && { shared: { pipes: shared.pipes, pairs: shared.pairs + shared.passing } }),
    ports,
    open,
    mapped,
    own,
    labels,
    machine,
    agent: [process.execPath, CLI],
    files,
  });
  await writeConf(directory, text);
  const manifest: Manifest = {
    ...said,
    machine,
    ports,
    open,
    mapped,
    size: bytesOf(files),
    files: await sumsOf(directory),
  };
  await writeManifest(directory, manifest);
  return manifest;
}

const portsOf = (pids: number[]): ListeningPort[] =>
  listeningPorts(pids, new Set())
    .sort((a, b) => a.port - b.port)
    .map(({ address, port }) => ({
      family: address.includes(':') ? 6 : 4,
      address,
      port,
      v6only: false,
      offset: 0,
    }));

/**
 * Lists the files of the package that the program was started with: the image has its own copies, so that it outlives
 * an upgrade.
 */
function packageFiles(mapped: string[]): string[] {
  const root = mapped.map((path) => path.match(OURS)?.[1]).find((found) => found !== undefined);
  if (root === undefined) return [];
  const native = ['addon.node', 'no-io-uring.so', 'direct.so'].map((name) => `${root}/native/build/${name}`);
  return [...native.filter((path) => mapped.includes(path)), `${root}/dist/register.cjs`];
}
