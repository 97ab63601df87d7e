import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Module = typeof import('node:module');
type SourceMap = InstanceType<Module['SourceMap']>;

interface LoadedMap {
  map: SourceMap;
  /** The directory that the sources' paths are relative to. */
  base: string;
}

const loaded = new Map<string, LoadedMap | undefined>();

/** Loads the map that a file names in its last lines, inline or beside it; undefined where none can be read. */
function mapOf(file: string): LoadedMap | undefined {
  if (loaded.has(file)) return loaded.get(file);
  let found: LoadedMap | undefined;
  try {
    const url = [...readFileSync(file, 'utf8').matchAll(/^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm)].at(
      -1,
    )?.[1];
    if (url) found = load(url, file);
  } catch {
    found = undefined; // the place in the generated file is shown then
  }
  loaded.set(file, found);
  return found;
}

function load(url: string, file: string): LoadedMap {
  const { SourceMap } = require('node:module') as Module;
  const inline = url.match(/^data:application\/json[^,]*?(;base64)?,(.*)$/);
  if (inline) {
    const text = inline[1]
      ? Buffer.from(inline[2] as string, 'base64').toString('utf8')
      : decodeURIComponent(inline[2] as string);
    return { map: new SourceMap(JSON.parse(text)), base: dirname(file) };
  }
  const path = fileURLToPath(new URL(url, pathToFileURL(file)));
  return { map: new SourceMap(JSON.parse(readFileSync(path, 'utf8'))), base: dirname(path) };
}

const FRAME = /^(.*?\(?)((?:file:\/\/)?\/[^():]*):(\d+):(\d+)(\)?)$/;

/**
 * Maps a stack's line to the place in the source as it was written, through the file's source map: the program need not
 * run with --enable-source-maps. A line without a map comes back as it is.
 */
export function mapFrame(line: string): string {
  const [, before, place, row, column, after] = line.match(FRAME) ?? [];
  if (place === undefined) return line;
  const file = place.startsWith('file:') ? fileURLToPath(place) : place;
  const entry = mapOf(file)?.map.findEntry(Number(row) - 1, Number(column) - 1);
  if (!entry || !('originalSource' in entry) || entry.originalSource === undefined) return line;
  const { base } = loaded.get(file) as LoadedMap;
  const source = entry.originalSource.startsWith('file:')
    ? fileURLToPath(entry.originalSource)
    : resolve(base, entry.originalSource);
  return `${before}${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after}`;
}
