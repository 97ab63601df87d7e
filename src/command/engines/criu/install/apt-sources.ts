import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../base/run.ts';

/** One archive in this machine's apt sources. */
export interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
  /** A key file, a fingerprint or a whole key, exactly as the source has it. */
  signedBy?: string;
}

/** Parses lines of `deb [signed-by=…] URI SUITE COMPONENT…`. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+([^\s#]+)([^#]*)/.exec(line);
    if (!match) continue;
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    sources.push(source(uri, [suite], words(components), signedBy));
  }
  return sources.filter(isArchive);
}

/** Parses stanzas of `Field: value`; a value goes on in lines that start with a space. */
export function parseDeb822Sources(text: string): AptSource[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .flatMap((stanza) => {
      const field = (name: string): string =>
        new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trimEnd() ?? '';
      if (!words(field('Types')).includes('deb') || /^(no|false|0|off)\b/i.test(field('Enabled').trim()))
        return [];
      const [suites, components] = [words(field('Suites')), words(field('Components'))];
      return words(field('URIs')).map((uri) =>
        source(uri, suites, components, field('Signed-By') || undefined),
      );
    })
    .filter(isArchive);
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const source = (
  uri: string,
  suites: string[],
  components: string[],
  signedBy: string | undefined,
): AptSource => ({
  uri,
  suites,
  components,
  ...(signedBy === undefined ? {} : { signedBy }),
});

/** Tells whether a source is neither a flat directory of packages nor a disc: it has suites and a main part. */
const isArchive = ({ uri, components }: AptSource): boolean =>
  components.includes('main') && !uri.startsWith('cdrom:');

/** Reads every archive that this machine's apt is set up to use, in apt's order. */
export async function readAptSources(): Promise<AptSource[]> {
  const { stdout } = await run('apt-config', [
    'shell',
    'LIST',
    'Dir::Etc::sourcelist/f',
    'PARTS',
    'Dir::Etc::sourceparts/d',
  ]);
  const place = (name: string): string => new RegExp(`^${name}='(.*)'$`, 'm').exec(stdout)?.[1] ?? '';
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const sources = parseOneLineSources(await read(place('LIST')));
  for (const name of (await readdir(place('PARTS')).catch(() => [])).sort()) {
    const path = join(place('PARTS'), name);
    if (name.endsWith('.list')) sources.push(...parseOneLineSources(await read(path)));
    if (name.endsWith('.sources')) sources.push(...parseDeb822Sources(await read(path)));
  }
  return sources;
}
