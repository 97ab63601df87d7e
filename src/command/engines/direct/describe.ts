import { constants } from 'node:fs';
import { chmod, copyFile, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { CLI, NATIVE } from '../../base/paths.ts';
import type { CheckpointOptions } from '../../checkpoint/options.ts';
import { sumsOf } from '../../image/integrity/sums.ts';
import { copyOwnFiles } from '../../image/package-files.ts';
import { confText, labelLines, machineLines, openLine } from '../../image/restore-conf.ts';
import { machineFacts } from '../../machine/facts.ts';
import { listeningPorts } from '../../pipeline/ports.ts';
import type { Manifest } from '../criu/image/finish.ts';
import type { ListeningPort } from '../criu/image/listening-ports.ts';
import { direct } from './engine.ts';
import { mappedFilesOf } from './mapped.ts';
import { openFilesOf } from './open.ts';

/** Of the files' form (native/engines/direct/format.h). */
const VERSION = '1';
const PAGE_FILE = 'crac-memory.img';
const OURS = /^(.*)\/native\/build\/direct\.so$/;

/** Makes an image of ours of what the program has written; it stands still. */
export async function describeImage(
  directory: string,
  program: number,
  { record, labels: given }: CheckpointOptions,
  details: ReadyDetails,
): Promise<Manifest> {
  const machine = machineFacts(record);
  const labels = { ...record.labels, ...given };
  const nodeSize = (await stat(details.node.path)).size;
  const streams = new Set(details.stdio.map(({ fd }) => fd));
  const ports = portsOf(program);
  const open = openFilesOf(program, streams);
  const all = mappedFilesOf(program, new Set([join(record.directory, 'mark')]));
  const ours = new Set(packageFiles(all.map(({ path }) => path)));
  const mapped = all.filter(({ path }) => !ours.has(path) && !path.endsWith(`/${PAGE_FILE}`));
  const own = await copyOwnFiles(
    [...ours].map((path) => ({ name: `crac-${path.slice(path.lastIndexOf('/') + 1)}`, path })),
    '',
    directory,
  );
  const cwd = await readlink(`/proc/${program}/cwd`);
  await copyFile(NATIVE, join(directory, 'restore'), constants.COPYFILE_FICLONE);
  await chmod(join(directory, 'restore'), 0o700);
  await chmod(join(directory, PAGE_FILE), 0o400);
  const sizes = await sizesOf(directory);
  const lines: [string, string][] = [
    ['format', '1'],
    ['engine', direct.name],
    ['mode', record.mode],
    ['program', String(program)],
    ['node', `${nodeSize} ${details.node.path}`],
    ['node-version', details.node.version],
    ...(cwd.endsWith(' (deleted)') ? [] : [['cwd', cwd] as [string, string]]),
    ...ports.map(({ family, address, port }): [string, string] => [
      'port',
      `${family} ${address} ${port} 0 0`,
    ]),
    ...open.map((file): [string, string] => ['open', openLine(file)]),
    ...mapped.map(({ size, modified, buildId = '-', path }): [string, string] => [
      'mapped',
      `${size} ${modified} ${buildId} ${path}`,
    ]),
    ...own.map(({ name, modified, path }): [string, string] => ['own', `${name} ${modified} ${path}`]),
    ...machineLines(machine),
    ...labelLines(labels),
    ...[process.execPath, CLI].map((word): [string, string] => ['agent', word]),
    ...sizes.map(([name, size]): [string, string] => ['file', `${size} ${name}`]),
    ['end', '1'],
  ];
  await writeFile(join(directory, 'restore.conf'), confText(lines), { mode: 0o600 });
  const manifest: Manifest = {
    format: 1,
    createdAt: new Date().toISOString(),
    engine: { name: direct.name, version: VERSION, path: '' },
    mode: record.mode,
    uid: process.getuid?.() ?? -1,
    kernel: release(),
    arch: arch(),
    node: { ...details.node, size: nodeSize },
    command: details.argv,
    environmentNames: details.environmentNames,
    labels,
    machine,
    ports,
    open,
    mapped,
    size: sizes.reduce((sum, [, size]) => sum + size, 0),
    files: await sumsOf(directory),
  };
  await writeFile(join(directory, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`, {
    mode: 0o600,
  });
  return manifest;
}

const portsOf = (program: number): ListeningPort[] =>
  listeningPorts([program], new Set()).map(({ address, port }) => ({
    family: address.includes(':') ? 6 : 4,
    address,
    port,
    v6only: false,
    offset: 0,
  }));

/** Of the package that the program was started with: the image has its own copies, so that it outlives an upgrade. */
function packageFiles(mapped: string[]): string[] {
  const root = mapped.map((path) => path.match(OURS)?.[1]).find((found) => found !== undefined);
  if (root === undefined) return [];
  const native = ['addon.node', 'no-io-uring.so', 'direct.so'].map((name) => `${root}/native/build/${name}`);
  return [...native.filter((path) => mapped.includes(path)), `${root}/dist/register.cjs`];
}

async function sizesOf(directory: string): Promise<[string, number][]> {
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(directory, name))).size]),
  );
}
