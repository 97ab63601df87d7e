// Images of the programs, made as a user makes them.
import { join } from 'node:path';
import { dumpProgram } from './by-hand.mjs';
import { requests as ask } from './load.mjs';
import { firstResponse, free, pause, run, start, stop } from './measure.mjs';

/** The number of requests for a first response that is warm; the program has hardly been optimised. */
export const FEW_REQUESTS = 6;

/** @returns the directory */
export async function makeImage(
  context,
  program,
  { form = 'cow', requests = FEW_REQUESTS, node, collect = 'all', engine = 'criu' },
  directory,
) {
  const { crac, criu, port, note } = context;
  const env = { ...context.env, ...program.env };
  note(`${program.name}: image (${engine}, ${form}, after ${requests} requests)`);
  if (form === 'by-hand') {
    const command = [process.execPath, program.file];
    return dumpProgram({ criu, command, env, port, path: program.path, requests, directory });
  }
  const words = [
    'run',
    '--engine',
    engine,
    '--image',
    directory,
    '--image-form',
    form,
    ...(node ? ['--node', node] : []),
    program.file,
  ];
  const [command, ...first] = [...context.prefix, crac, ...words];
  const running = start(command, first, { env });
  if (requests <= FEW_REQUESTS)
    for (let i = 0; i < requests; i++) await firstResponse(port, running, program.path);
  else {
    await firstResponse(port, running, program.path);
    await ask(port, program.path, requests);
  }
  await run(crac, ['checkpoint', directory, '--collect', collect], { env });
  await running.ended;
  if (engine === 'direct') await firstCopy(context, program, directory, env);
  return directory;
}

/** Lets a copy live until it has noted which pages copies write, as the first one on a machine does. */
async function firstCopy({ port }, program, directory, env) {
  const copy = start(join(directory, 'restore'), [], { env });
  await firstResponse(port, copy, program.path);
  await pause(100);
  await stop(copy);
  await free(port);
}
