import { readFileSync, writeFileSync } from 'node:fs';
import { ALONE, until } from '../engine.ts';
import { mended } from './case.ts';
import type { Desk } from './desk.ts';
import { children, comm, daemon, IDLE } from './programs.ts';

/** Sessions, terminals, and standard input and output. */

/** A program in the session of a shell that does not belong to it. */
async function inForeignSession(desk: Desk): Promise<number> {
  const shell = await daemon(desk, ['sh', '-c', 'sleep 627 & wait']);
  await until(() => comm(children(shell.pid)[0] ?? 0) === 'sleep', 'the program');
  return children(shell.pid)[0] as number;
}

mended(
  'CRIU_NOT_SESSION_LEADER',
  "a program in a shell's session",
  'criu dump --shell-job',
  async (desk, explained) => {
    const pid = await inForeignSession(desk);
    const { remedy } = explained(await desk.dump(pid));
    const { code, directory, log } = await desk.dumpAs(remedy, pid);
    if (code !== 0) throw new Error(log);
    await desk.restoresAs(remedy, directory);
  },
);

mended(
  'CRIU_NOT_SESSION_LEADER',
  "a program in a shell's session, started anew",
  'setsid node app.js',
  async (desk, explained) => {
    const { remedy } = explained(await desk.dump(await inForeignSession(desk)));
    await detached(desk, remedy);
  },
);

/** Starts a program as a printed command says, and dumps it. */
async function detached(desk: Desk, printed: string): Promise<void> {
  const [ready, pid] = [desk.path('ready'), desk.path('pid')];
  writeFileSync(
    desk.path('app.js'),
    `const ready = () => require('fs').writeFileSync('${ready}', String(process.pid)); ${IDLE}`,
  );
  await desk.done(
    `cd ${desk.directory} && LD_PRELOAD=${desk.noIoUring} ${printed}\nuntil test -s ${ready}; do sleep 0.02; done; cp ${ready} ${pid}`,
  );
  const { code, log } = await desk.dump(Number(readFileSync(pid, 'utf8')));
  if (code !== 0) throw new Error(log);
}

/** A program on the terminal that `script` gives it. */
async function onTerminal(desk: Desk): Promise<number> {
  const marker = desk.path('on-terminal');
  desk.start('script', ['-qec', `sh -c 'echo $$ >${marker}; exec sleep 628'`, '/dev/null'], {
    detached: true,
  });
  await desk.done(`until test -s ${marker}; do sleep 0.02; done`);
  const pid = Number(readFileSync(marker, 'utf8'));
  await until(() => comm(pid) === 'sleep', 'the program on the terminal');
  return pid;
}

mended('CRIU_TTY_OUTSIDE', 'a terminal of somebody else', 'setsid node app.js', async (desk, explained) => {
  const { remedy } = explained(await desk.dump(await onTerminal(desk)));
  await detached(desk, remedy);
});

mended(
  'CRIU_TTY_MISSING',
  'an image with a terminal, restored without one',
  "script -qec 'criu restore --shell-job",
  async (desk, explained) => {
    const { code, directory, log } = await desk.dump(await onTerminal(desk), ['--shell-job']);
    if (code !== 0) throw new Error(log);
    const { remedy } = explained(await desk.restore(directory, ['--shell-job']));
    await desk.restoresAs(remedy, directory);
  },
);

mended(
  'CRIU_INHERIT_FD',
  'a descriptor for the restore that is not open',
  'Open a descriptor of its own for each',
  async (desk, explained) => {
    const program = await desk.program(IDLE);
    const image = await desk.dumped(program);
    const inherit = ['--inherit-fd', 'fd[97]:pipe:[1]'];
    explained(await desk.restore(image, inherit));
    await desk.restores(image, inherit, ['bash', '-c', 'exec "$0" "$@" 97</dev/null', ...ALONE]);
  },
);
