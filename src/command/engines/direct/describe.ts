import { chmod, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { CLI, MARK, NATIVE } from '../../base/paths.ts';
import type { CheckpointOptions } from '../../checkpoint/options.ts';
import type { ListeningPort } from '../../image/contents.ts';
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
import type { Shared } from './shared.ts';

/** The version of the files' form (native/engines/direct/format.h). */
const VERSION = '1';
const PAGE_FILE = /(?:^|\/)crac-memory(?:-\d+)?\.img$/;
const OURS = /^(.*)\/native\/build\/direct\.so$/;

export interface Described {
  program: number;
  /** The program and its children; none where it is alone. */
  members: readonly Member[];
  shared: Shared | undefined;
}

/** Makes an image of ours of what the program has written; it stands still. */
export async function describeImage(
  directory: string,
  /** PIDs as seen from here. */
  { program, members, shared }: Described,
  { record, labels: given }: CheckpointOptions,
  details: ReadyDetails,
): Promise<Manifest> {
  const machine = machineFacts(record);
  const labels = { ...record.labels, ...given };
  const streams = new Set(details.stdio.map(({ fd }) => fd));
  const pids = [program, ...members.slice(1).map(({ pid }) => pid)];
  const ports = portsOf(pids);
  const open = [
    ...openFilesOf(program, streams),
    ...members.slice(1).flatMap(({ number, pid, inside }) => {
      const inherited = shared?.given.get(number)?.filter(({ how }) => how === 'stream') ?? [];
      return openFilesOf(pid, new Set(inherited.map(({ fd }) => fd)), inside);
    }),
  ];
  const isMark = (path: string) => path === MARK || path.startsWith(join(record.directory, 'mark'));
  const mappedOnce = new Map(pids.flatMap((pid) => mappedFilesOf(pid, isMark)).map((one) => [one.path, one]));
  const all = [...mappedOnce.values()];
  const ours = new Set(packageFiles(all.map(({ path }) => path)));
  const mapped = all.filter(({ path }) => !ours.has(path) && !PAGE_FILE.test(path));
  const own = await copyPackageFiles(
    [...ours].map((path) => ({ name: `crac-${path.slice(path.lastIndexOf('/') + 1)}`, path })),
    '',
    directory,
  );
  const cwd = await readlink(`/proc/${program}/cwd`);
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
    members: members.slice(1).map(({ number, parent, inside }) => ({ number, parent, pid: inside })),
    ...(shared && { shared: { pipes: shared.pipes, pairs: shared.pairs } }),
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
