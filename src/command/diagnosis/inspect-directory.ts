import { readdir, readFile, stat } from 'node:fs/promises';
import { arch } from 'node:os';
import { basename, join } from 'node:path';
import { isEngineName } from '../../shared/protocol/engines.ts';
import { ENGINES } from '../engines/registry.ts';
import { MANIFEST } from '../image/manifest.ts';
import { CONF_FORMAT, type ConfReader, RESTORE_CONF, readConf } from '../image/restore-conf.ts';
import { isFileName } from '../image/trust.ts';
import { decode } from './decode.ts';
import { readLog } from './read-log.ts';

const isLog = (name: string): boolean => /\.log$/.test(name);

/** Reads the logs, the newest last: what happened last counts, but the first cause of each is kept. */
async function logsIn(directory: string, names: string[]): Promise<string[]> {
  const logs = await Promise.all(
    names.filter(isLog).map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
  );
  return Promise.all(
    logs
      .sort((a, b) => a.at - b.at)
      .map(async ({ name }) => decode(await readLog(join(directory, name))) ?? ''),
  );
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

async function fileFacts(directory: string, conf: ConfReader): Promise<string[]> {
  const facts: string[] = [];
  for (const { name, size } of conf.files) {
    const path = isFileName(name) ? join(directory, name) : name;
    const found = isFileName(name) ? await sizeOf(path) : undefined; // another name is no file of the image
    if (found === undefined) facts.push(`image: ${path} is missing; restore.conf says ${size} bytes`);
    else if (found !== size) facts.push(`image: ${path} has ${found} bytes; restore.conf says ${size}`);
  }
  return facts;
}

async function manifestFacts(directory: string): Promise<string[]> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, MANIFEST), 'utf8'));
    const { version, path, size } = manifest.node;
    const facts: string[] = [];
    if (manifest.arch !== arch()) facts.push(`image: made on ${manifest.arch}, this machine is ${arch()}`);
    const now = await sizeOf(path);
    if (now === undefined)
      facts.push(`image: ${path} does not exist; the program is Node ${version} from there`);
    else if (now !== size)
      facts.push(`image: ${path} has ${now} bytes; it had ${size} at the checkpoint (Node ${version})`);
    return facts;
  } catch {
    return [];
  }
}

async function confFacts(directory: string): Promise<string[]> {
  const path = join(directory, RESTORE_CONF);
  const conf = await readConf(directory);
  const format = conf.value('format');
  if (format !== CONF_FORMAT)
    return [`image: ${path} has format ${format ?? '(none)'}, this version reads ${CONF_FORMAT}`];
  if (!conf.isWhole) return [`image: ${path} is cut off: its last line is missing`];
  const engine = conf.value('engine') ?? '';
  return [
    ...(await fileFacts(directory, conf)),
    ...(isEngineName(engine) ? ((await ENGINES[engine].facts?.(conf)) ?? []) : []),
    ...(await manifestFacts(directory)),
  ];
}

/**
 * Reads what a directory tells: facts about the image, one a line (the entries under catalogue/crac know them), and its
 * logs.
 * @returns undefined where there is neither an image nor a log
 */
export async function readDirectory(directory: string): Promise<string | undefined> {
  const names = await readdir(directory);
  const logs = await logsIn(directory, names);
  const facts: string[] = [];
  if (/\.partial-\d+(-[0-9a-f]{8})?$/.test(basename(directory)))
    facts.push(`image: ${directory} is what a checkpoint left that did not finish`);
  else if (names.includes(RESTORE_CONF)) facts.push(...(await confFacts(directory)));
  else if (names.some((name) => /\.img$/.test(name)) && logs.length === 0)
    facts.push(`image: ${directory} holds files of CRIU but no restore.conf`);
  else if (logs.length === 0) return undefined;
  return [...facts, ...logs].join('\n');
}

/** Returns what is wrong with an image of ours, without its logs; nothing where it cannot be read. */
export const imageFacts = (directory: string): Promise<string[]> => confFacts(directory).catch(() => []);
