// The first start after a boot: nothing of the image, the program or node is in memory.
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runAlone } from './context.mjs';
import { interleaved, timeToResponse } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

const PROGRAMS = ['http-server', 'nest', 'heap 300 MB'];
const DROP = '/proc/sys/vm/drop_caches';

/** Says how the cache can be emptied here; what other processes have mapped stays in it in both ways. */
function dropper() {
  execFileSync('sync');
  try {
    writeFileSync(DROP, '1');
    return { how: `written to ${DROP}`, drop: () => writeFileSync(DROP, '1') };
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error; // these: a container's /proc/sys
  }
  const forget = (file) =>
    execFileSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'], {
      stdio: 'ignore',
    });
  return { how: 'posix_fadvise(DONTNEED) on the files', drop: (files) => files.forEach(forget) };
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

export async function measure(context) {
  const { how, drop } = dropper();
  const programs = {};
  for (const program of context.programs.filter(({ name }) => PROGRAMS.includes(name))) {
    const env = { ...context.env, ...program.env };
    const [plain, cow] = [await context.image(program, { form: 'plain' }), await context.image(program)];
    const ways = {
      cold: [process.execPath, [program.file], [dirname(program.file)]],
      'crac, plain image': [context.crac, ['restore', plain], [plain]],
      'crac, copy-on-write image': [context.crac, ['restore', cow], [cow]],
    };
    context.note(`${program.name}: empty page cache`);
    const named = {};
    for (const [name, [command, words, folders]] of Object.entries(ways))
      for (const state of ['warm', 'empty'])
        named[`${name}, ${state}`] = async () => {
          if (state === 'empty') drop([process.execPath, ...folders.flatMap(filesIn)]);
          return timeToResponse(context.port, program.path, command, words, { env });
        };
    programs[program.name] = await interleaved(named, context.quick ? 1 : 5);
  }
  return { how, programs };
}

export const table = ({ how, programs }) => {
  const rows = Object.entries(programs).flatMap(([name, times]) =>
    Object.keys(times)
      .filter((key) => key.endsWith(', warm'))
      .map((key) => key.replace(/, warm$/, ''))
      .map((way) => [name, way, cell(times[`${way}, warm`]), cell(times[`${way}, empty`])]),
  );
  return `Page cache warm and empty (${how}), ms to the first response:\n\n${markdown(
    ['program', 'start', 'warm', 'empty'],
    rows,
  )}\n`;
};

await runAlone(import.meta.url, { measure, table });
