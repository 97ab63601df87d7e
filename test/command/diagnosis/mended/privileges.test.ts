import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { mended } from './case.ts';
import { alone, type Desk, without, withPrinted } from './desk.ts';
import { daemon, IDLE } from './programs.ts';

/** Capabilities, users, SUID bits and seccomp profiles. */

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];

const idle = async (desk: Desk, wrapper: string[] = []): Promise<string> =>
  desk.dumped(await desk.program(IDLE, { wrapper }));

mended(
  'CRIU_SYS_ADMIN',
  'a restore without CAP_SYS_ADMIN',
  'docker run --cap-add SYS_ADMIN',
  async (desk, explained) => {
    const image = await idle(desk);
    // The namespace is made before the capability is gone, as by a container's runtime.
    const inside = (wrapper: string[]) => [
      'unshare',
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      ...wrapper,
    ];
    const { remedy } = explained(await desk.restore(image, [], inside(without('sys_admin'))));
    await desk.restores(image, [], inside(withPrinted(remedy, ['sys_admin'])));
  },
);

mended(
  'CRIU_SYS_CHROOT',
  'a restore without CAP_SYS_CHROOT',
  'docker run --cap-add SYS_CHROOT',
  async (desk, explained) => {
    const image = await idle(desk);
    const { remedy } = explained(await desk.restore(image, [], alone(without('sys_chroot'))));
    await desk.restores(image, [], alone(withPrinted(remedy, ['sys_chroot'])));
  },
);

mended(
  'CRIU_TIME_NAMESPACE',
  'a restore without CAP_SYS_TIME',
  'docker run --cap-add SYS_ADMIN --cap-add SYS_TIME',
  async (desk, explained) => {
    const image = await idle(desk);
    const { remedy } = explained(await desk.restore(image, [], alone(without('sys_time'))));
    await desk.restores(image, [], alone(withPrinted(remedy, ['sys_time'])));
  },
);

/** At these failures the engine hangs for ever. */
const hanging = (wrapper: string[]): string[] => ['timeout', '-s', 'KILL', '3', ...alone(wrapper)];

mended(
  'CRIU_SETPCAP',
  'a restore without CAP_SETPCAP',
  'docker run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP',
  async (desk, explained) => {
    const image = await idle(desk, without('setpcap'));
    const { remedy } = explained(await desk.restore(image, [], hanging(without('setpcap'))));
    await desk.restores(image, [], alone(withPrinted(remedy, ['setpcap'])));
  },
);

mended(
  'CRIU_SETPCAP',
  'a program that had a capability which the restore does not have',
  'Give the restoring container what the checkpoint had',
  async (desk, explained) => {
    const image = await idle(desk);
    explained(await desk.restore(image, [], hanging(without('net_raw'))));
    await desk.restores(image);
  },
);

/** A copy of the engine that others may run. */
function copyOfEngine(desk: Desk, ...names: string[]): string {
  chmodSync(desk.directory, 0o755);
  const path = desk.path(...names);
  copyFileSync(desk.criuBinary, path);
  chmodSync(path, 0o755);
  return path;
}

/** The engine of the desk is a copy that this was done to. */
async function replaceEngine(desk: Desk, ...commands: string[]): Promise<void> {
  await desk.done(`rm ${desk.bin}/criu`);
  const criu = copyOfEngine(desk, 'bin', 'criu');
  for (const command of commands) await desk.done(`${command} ${criu}`);
}

const BOTH = 'setcap cap_checkpoint_restore,cap_setpcap+eip';

/** An ordinary user's program and where its image goes. */
async function ofNobody(desk: Desk): Promise<{ pid: number; directory: string }> {
  const { pid } = await daemon(desk, [...NOBODY, 'sleep', '619'], 'sleep');
  const directory = desk.path('image-of-nobody');
  mkdirSync(directory);
  await desk.done(`chown 65534 ${directory}`);
  return { pid, directory };
}

mended(
  'CRIU_NO_PRIVILEGE',
  'an engine without SUID bit, run by an ordinary user',
  'sudo chown root:root "$JAVA_HOME/lib/criu"',
  async (desk, explained) => {
    mkdirSync(desk.path('java', 'lib'), { recursive: true });
    const criu = copyOfEngine(desk, 'java', 'lib', 'criu');
    const { pid, directory } = await ofNobody(desk);
    const dump = `${criu} dump --unprivileged -t ${pid} -D ${directory} -o dump.log -v4`;
    const failed = await desk.sh(dump, {}, NOBODY);
    const { remedy } = explained({ code: failed.code, directory, log: failed.stdout + failed.stderr });
    await desk.done(remedy, { JAVA_HOME: desk.path('java') });
    await desk.done(dump, {}, NOBODY);
  },
);

mended(
  'CRIU_NO_PRIVILEGE',
  'an engine without file capabilities, run by an ordinary user',
  'sudo setcap cap_checkpoint_restore,cap_setpcap+eip',
  async (desk, explained) => {
    await replaceEngine(desk);
    const { pid, directory } = await ofNobody(desk);
    const options = `-t ${pid} -D ${directory} -o dump.log -v4`;
    const failed = await desk.sh(`criu dump --unprivileged ${options}`, {}, NOBODY);
    const { remedy } = explained({ code: failed.code, directory, log: failed.stdout + failed.stderr });
    const [give = '', dump = ''] = remedy.split('\n');
    await desk.done(give);
    await desk.done(dump.replace('…', options), {}, NOBODY);
  },
);

mended(
  'CRIU_SUID_UNPRIVILEGED',
  'a SUID engine run by an ordinary user without --unprivileged',
  'criu dump --unprivileged',
  async (desk, explained) => {
    await replaceEngine(desk, 'chmod u+s');
    const { pid, directory } = await ofNobody(desk);
    const options = `-t ${pid} -D ${directory} -o ${directory}/dump.log -v4`;
    const { code } = await desk.sh(`criu dump ${options}`, {}, NOBODY);
    const { remedy } = explained({ code, directory, log: readFileSync(`${directory}/dump.log`, 'utf8') });
    const [dump = ''] = remedy.split('\n');
    await desk.done(dump.replace('…', options), {}, NOBODY);
  },
);

mended(
  'CRIU_SYS_RESOURCE',
  "another user's program, dumped without CAP_SYS_RESOURCE",
  'criu dump --unprivileged',
  async (desk, explained) => {
    await replaceEngine(desk, BOTH);
    const { pid, directory } = await ofNobody(desk);
    const { remedy } = explained(await desk.dump(pid, [], without('sys_resource')));
    await desk.done(remedy.replace('…', `-t ${pid} -D ${directory} -o dump.log -v4`), {}, NOBODY);
  },
);

mended(
  'CRIU_SETUID',
  "another user's program, restored without CAP_SETUID",
  'docker run --cap-add SETUID',
  async (desk, explained) => {
    await replaceEngine(desk, BOTH);
    const { pid, directory } = await ofNobody(desk);
    await desk.done(`criu dump --unprivileged -t ${pid} -D ${directory} -o dump.log -v4`, {}, NOBODY);
    const { remedy } = explained(await desk.restore(directory, [], alone(without('setuid'))));
    await desk.restores(directory, [], alone(withPrinted(remedy, ['setuid'])));
  },
);
