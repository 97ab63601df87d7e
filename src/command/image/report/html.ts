import { formatBytes } from '../../base/format.ts';
import type { ImageReport } from '../inspect.ts';
import { byKind, type MemoryPart } from './memory.ts';
import { STYLE } from './style.ts';
import { tiles } from './treemap.ts';

export interface HtmlFacts {
  report: ImageReport;
  /** The parts of memory; undefined where the image does not tell, as one that is compressed. */
  memory: MemoryPart[] | undefined;
  /** Names of environment variables that are secrets by their names. */
  secretNames: string[];
  /** Forms of secrets that are in memory, and how often; undefined where nobody looked. */
  secrets: Map<string, number> | undefined;
}

/** Escapes a text: every text of an image comes from a program, and may be meant for the reader's browser. */
export const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? '<p class="none">none</p>'
    : `<table><thead><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
        .join('\n')}</tbody></table>`;

const section = (id: string, title: string, body: string, note = ''): string =>
  `<section id="${id}"><h2>${escaped(title)}</h2>${note && `<p>${escaped(note)}</p>`}${body}</section>`;

/** Writes one page that needs nothing else: no script, no font, no address is loaded. */
export function htmlReport(facts: HtmlFacts): string {
  const { report } = facts;
  const title = `${report.manifest.command.slice(1).join(' ') || report.image}: image of crac`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    summary(report),
    memorySection(facts.memory),
    mappings(facts.memory),
    descriptors(report),
    environment(report, facts.secretNames),
    secrets(facts.secrets),
    asks(report),
    files(report),
    '</main></body></html>',
    '',
  ].join('\n');
}

function summary({ image, manifest, processes, files }: ImageReport): string {
  const { engine, node, mode, uid, kernel, arch, machine, labels = {} } = manifest;
  const rows = [
    ['image', image],
    ['made', `${manifest.createdAt} by ${mode === 'root' ? 'root' : `user ${uid}`}`],
    ['command', manifest.command.join(' ')],
    ['node', `${node.version}, ${node.path}`],
    ['engine', `${engine.name} ${engine.version}`],
    ['machine', `${arch}, kernel ${kernel}${machine?.libc ? `, ${machine.libc}` : ''}`],
    [
      'labels',
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(', ') || 'none',
    ],
    [
      'processes',
      processes.map(({ pid, threads }) => `${pid} (${threads} threads)`).join(', ') || 'not listed',
    ],
    ['size', formatBytes(files.reduce((sum, { size }) => sum + size, 0))],
  ];
  return section('summary', 'What it is', table(['', ''], rows));
}

const WIDTH = 960;
const HEIGHT = 420;
/** The room that a name takes of a rectangle; one that has less shows its name when it is pointed at. */
const ROOM = { letter: 8, margin: 16, height: 42 };

function memorySection(memory: MemoryPart[] | undefined): string {
  if (memory === undefined)
    return section('memory', 'Memory', '<p class="none">this image does not tell: decompress it first</p>');
  const kinds = byKind(memory);
  const shapes = tiles(kinds, ({ bytes }) => bytes, WIDTH, HEIGHT).map(
    ({ item, x, y, width, height }, index) => {
      const text = `${item.kind}: ${formatBytes(item.bytes)} in ${item.mappings} mappings`;
      const name =
        width > item.kind.length * ROOM.letter + ROOM.margin && height > ROOM.height
          ? `<text x="${round(x + 8)}" y="${round(y + 20)}">${escaped(item.kind)}</text><text x="${round(x + 8)}" y="${round(y + 36)}" class="size">${escaped(formatBytes(item.bytes))}</text>`
          : '';
      return `<g class="kind-${index % 8}"><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"><title>${escaped(text)}</title></rect>${name}</g>`;
    },
  );
  const map = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="memory by kind">${shapes.join('')}</svg>`;
  const rows = kinds.map(({ kind, bytes, mappings: count }) => [kind, formatBytes(bytes), String(count)]);
  return section('memory', 'Memory by kind', map + table(['kind', 'in the image', 'mappings'], rows));
}

const round = (value: number): string => value.toFixed(1);
const MOST = 200;

function mappings(memory: MemoryPart[] = []): string {
  const held = memory.filter(({ bytes, file }) => bytes > 0 || file !== '').sort((a, b) => b.bytes - a.bytes);
  const rows = held
    .slice(0, MOST)
    .map((one) => [
      String(one.process),
      `${one.start.toString(16)}-${one.end.toString(16)}`,
      one.permissions,
      one.kind,
      formatBytes(one.bytes),
      formatBytes(one.end - one.start),
      one.file,
    ]);
  const more = held.length > MOST ? `The ${MOST} largest of ${held.length}.` : '';
  return section(
    'mappings',
    'Mappings',
    table(['process', 'addresses', '', 'kind', 'in the image', 'size', 'file'], rows),
    more,
  );
}

const AT_RESTORE = {
  append: 'may grow, be rotated or be gone',
  read: 'may grow; what has been read must stay',
  write: 'must keep its size',
  directory: 'must be there',
} as const;

function descriptors({ manifest }: ImageReport): string {
  const open = (manifest.open ?? []).map(({ process, fd, path, access, uid, gid }) => [
    String(process),
    String(fd),
    path,
    `${uid}:${gid}`,
    AT_RESTORE[access],
  ]);
  const ports = manifest.ports.map(({ address, port, family }) => [
    family === 6 ? `[${address}]:${port}` : `${address}:${port}`,
  ]);
  return (
    section(
      'descriptors',
      'Open files',
      table(['process', 'descriptor', 'file', 'owner', 'at a restore it'], open),
    ) + section('ports', 'Ports', table(['listens on'], ports))
  );
}

function environment({ manifest }: ImageReport, secret: readonly string[]): string {
  const rows = [...manifest.environmentNames]
    .sort()
    .map((name) => [name, secret.includes(name) ? 'a secret, by its name' : '']);
  return section(
    'environment',
    'Environment variables',
    table(['name', ''], rows),
    'Names only. The values of the checkpoint are in memory, and so in the image, even where a restore brings others.',
  );
}

function secrets(found: Map<string, number> | undefined): string {
  if (found === undefined)
    return section('secrets', 'Secrets in memory', '<p class="none">not looked for: the image is stored</p>');
  return section(
    'secrets',
    'Secrets in memory',
    table(
      ['looks like', 'times'],
      [...found].map(([name, count]) => [name, String(count)]),
    ),
    'By their form; none is shown. Not to find one is no proof that there is none.',
  );
}

function asks({ manifest }: ImageReport): string {
  const { machine, node, mapped = [] } = manifest;
  const rows = [
    ['user', manifest.mode === 'root' ? 'root' : `user ${manifest.uid} (or another that is not root)`],
    ['node', `${node.path}, ${node.size} bytes (${node.version})`],
    ...(machine
      ? [
          ['architecture', `${machine.arch}, pages of ${machine.pageSize / 1024} KiB`],
          ['kernel', `best one that is not older than ${machine.kernel}`],
          [
            'CPU',
            machine.cpu.map(({ feature, holders }) => `${feature} (${holders.join(', ')})`).join(', ') ||
              'any',
          ],
        ]
      : []),
    ...mapped.map(({ path, size, buildId }): string[] => [
      'file',
      `${path}, ${size} bytes${buildId ? `, build id ${buildId.slice(0, 12)}` : ''}`,
    ]),
  ];
  return section('asks', 'What a restore asks of the machine', table(['', ''], rows));
}

const files = ({ files: all }: ImageReport): string =>
  section(
    'files',
    'Files of the image',
    table(
      ['file', 'size'],
      [...all].sort((a, b) => b.size - a.size).map(({ name, size }) => [name, formatBytes(size)]),
    ),
  );
