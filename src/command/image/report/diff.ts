import { engineNamed } from '../../engines/registry.ts';
import type { ImageReport } from '../inspect.ts';
import { byKind, type MemoryPart } from './memory.ts';

/** One thing in which two images differ; `a` or `b` is undefined where only the other has it. */
export interface Difference {
  /** The kind: `fact`, `label`, `environment`, `port`, `cpu`, `memory`, `file`, `mapped` or `open`. */
  of: string;
  name: string;
  a: string | number | undefined;
  b: string | number | undefined;
}

type Facts = Map<string, string | number>;

/** Finds what differs between two images that were made from one program, by what each says of itself. */
export async function differences(a: ImageReport, b: ImageReport): Promise<Difference[]> {
  const parts = new Map<ImageReport, MemoryPart[] | undefined>();
  for (const report of [a, b])
    parts.set(report, await engineNamed(report.manifest.engine.name).memory?.(report.image));
  const kinds: [string, (report: ImageReport) => Facts][] = [
    ['fact', facts],
    ['label', ({ manifest }) => new Map(Object.entries(manifest.labels ?? {}))],
    ['environment', ({ manifest }) => names(manifest.environmentNames)],
    ['port', ({ manifest }) => names(manifest.ports.map((one) => `${one.address} ${one.port}`))],
    [
      'cpu',
      ({ manifest }) =>
        new Map((manifest.machine?.cpu ?? []).map((one) => [one.feature, one.holders.join(', ')])),
    ],
    ['memory', (report) => memory(report, parts.get(report))],
    [
      'file',
      ({ manifest }) => new Map((manifest.files ?? []).map((one) => [one.name, `${one.size} ${one.sha256}`])),
    ],
    ['mapped', ({ manifest }) => new Map((manifest.mapped ?? []).map((one) => [one.path, build(one)]))],
    [
      'open',
      ({ manifest }) => new Map((manifest.open ?? []).map((one) => [`${one.fd} ${one.path}`, one.access])),
    ],
  ];
  return kinds.flatMap(([of, factsOf]) => {
    const [left, right] = [factsOf(a), factsOf(b)];
    return [...new Set([...left.keys(), ...right.keys()])]
      .filter((name) => left.get(name) !== right.get(name))
      .map((name) => ({ of, name, a: left.get(name), b: right.get(name) }));
  });
}

function facts({ manifest, processes }: ImageReport): Facts {
  const { engine, node, mode, uid, kernel, arch, machine, command, memory: converted } = manifest;
  return new Map<string, string | number>([
    ['command', command.join(' ')],
    ['node', node.version],
    ['node binary', node.path],
    ['engine', `${engine.name} ${engine.version}`],
    ['user', mode === 'root' ? 'root' : String(uid)],
    ['architecture', arch],
    ['kernel', kernel],
    ['libc', machine?.libc ?? 'not recorded'],
    ['page size', machine?.pageSize ?? 'not recorded'],
    ['form', converted?.form ?? 'not recorded'],
    ['processes', processes.length],
    ['threads', processes.reduce((sum, { threads }) => sum + threads, 0)],
  ]);
}

const names = (list: readonly string[]): Facts => new Map([...list].sort().map((name) => [name, 'there']));

const build = ({ size, buildId }: { size: number; buildId?: string | undefined }): string =>
  `${size} bytes${buildId ? `, build id ${buildId.slice(0, 12)}` : ''}`;

function memory({ manifest }: ImageReport, parts: MemoryPart[] | undefined): Facts {
  if (parts) return new Map(byKind(parts).map(({ kind, bytes }) => [kind, bytes]));
  return new Map(Object.entries(manifest.memory?.memory ?? {}).map(([kind, { bytes }]) => [kind, bytes]));
}
