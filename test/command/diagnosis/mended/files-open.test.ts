import { mkdirSync, writeFileSync } from 'node:fs';
import { until } from '../engine.ts';
import { mended } from './case.ts';
import { comm, daemon, holding, IDLE, withOpen } from './programs.ts';

/** What a program has open when it is checkpointed. */

/** At SIGUSR2 the program does this, and is then called by this name. */
const atSignal = (name: string, code: string): string =>
  `process.on('SIGUSR2', () => { ${code}; process.title = '${name}'; });`;

async function signalled(pid: number, name: string): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await until(() => comm(pid) === name, `the program to be ${name}`);
}

mended(
  'CRIU_GHOST_SIZE',
  'a deleted file of 2 MiB',
  'criu dump --ghost-limit 1G',
  async (desk, explained) => {
    const path = desk.path('big');
    const program = await desk.program(
      `const fs = require('fs'); const fd = fs.openSync(${JSON.stringify(path)}, 'w+');
       fs.writeSync(fd, Buffer.alloc(2 << 20, 1)); fs.fsyncSync(fd); fs.unlinkSync(${JSON.stringify(path)}); ${IDLE}`,
    );
    const { remedy } = explained(await desk.dump(program.pid));
    await desk.restores(await desk.dumpsAs(remedy, program));
  },
);

const deletedWithAnotherName = (path: string): string =>
  `const fs = require('fs'); const path = ${JSON.stringify(path)}; fs.openSync(path, 'w+');
   fs.linkSync(path, path + '-second'); fs.unlinkSync(path); ${IDLE}`;

mended(
  'CRIU_LINK_REMAP',
  'a deleted file with another name',
  'criu dump --link-remap',
  async (desk, explained) => {
    const program = await desk.program(deletedWithAnotherName(desk.path('first')));
    const { remedy } = explained(await desk.dump(program.pid));
    await desk.restores(await desk.dumpsAs(remedy, program));
  },
);

mended(
  'CRIU_LINK_REMAP_REFUSED',
  'a deleted file with another name in a directory that was made immutable',
  'Make its directory writable',
  async (desk, explained) => {
    const directory = desk.path('fixed');
    mkdirSync(directory);
    const program = await desk.program(deletedWithAnotherName(`${directory}/first`));
    await desk.done(`chattr +i ${directory}`);
    try {
      explained(await desk.dump(program.pid, ['--link-remap']));
    } finally {
      await desk.done(`chattr -i ${directory}`);
    }
    await desk.restores(await desk.dumped(program, ['--link-remap']));
  },
);

mended('CRIU_FILE_LOCKS', 'a locked file', 'criu dump --file-locks', async (desk, explained) => {
  const program = await daemon(desk, ['flock', desk.path('lock'), 'sleep', '600']);
  await desk.done(`until grep -q ' ${program.pid} ' /proc/locks; do sleep 0.02; done`);
  const { remedy } = explained(await desk.dump(program.pid));
  await desk.restoresAs(remedy, await desk.dumpsAs(remedy, program));
});

mended(
  'CRIU_FD_UNSUPPORTED',
  'an open device (/dev/fuse)',
  'Close it before the checkpoint',
  async (desk, explained) => {
    const program = await desk.program(
      `const fd = require('fs').openSync('/dev/fuse', 'r+'); ${IDLE}; ${atSignal('closed', "require('fs').closeSync(fd)")}`,
    );
    const { finding } = explained(await desk.dump(program.pid));
    // The command that is printed beside it names the device.
    const look = finding.tells[0]?.command?.replaceAll('PID', String(program.pid)) ?? '';
    if (!(await desk.done(look)).includes('/dev/fuse')) throw new Error(look);
    await signalled(program.pid, 'closed');
    await desk.restores(await desk.dumped(program));
  },
);

mended('CRIU_FD_UNSUPPORTED', 'a userfaultfd', 'Close it before the checkpoint', async (desk, explained) => {
  const { program, release } = await holding(desk, 'userfaultfd');
  explained(await desk.dump(program.pid));
  await release();
  await desk.dumped(program);
});

mended(
  'CRIU_PIDFD_OUTSIDE',
  'a pidfd of a process outside',
  'Close the handle before the checkpoint',
  async (desk, explained) => {
    const { program, release } = await holding(desk, 'pidfd', String(process.pid));
    explained(await desk.dump(program.pid));
    await release();
    await desk.dumped(program);
  },
);

mended(
  'CRIU_FILE_REPLACED',
  'another file mounted over an open one',
  'Close the file and open it anew',
  async (desk, explained) => {
    const path = desk.path('data');
    writeFileSync(path, 'before');
    writeFileSync(`${path}.other`, 'after');
    const program = await desk.program(
      `const fs = require('fs'); const path = ${JSON.stringify(path)}; let fd = fs.openSync(path, 'r'); ${IDLE};
       ${atSignal('anew', 'fs.closeSync(fd); fd = fs.openSync(path)')}`,
    );
    await desk.done(`mount --bind ${path}.other ${path}`);
    try {
      explained(await desk.dump(program.pid));
      await signalled(program.pid, 'anew');
      await desk.dumped(program);
    } finally {
      await desk.done(`umount -l ${path}`);
    }
  },
);

mended(
  'CRIU_FILE_OVERMOUNTED',
  'a file system mounted over that of an open file',
  'Take the upper mount away',
  async (desk, explained) => {
    const directory = desk.path('volume');
    mkdirSync(directory);
    await desk.done(`mount -t tmpfs lower ${directory} && echo content >${directory}/data`);
    try {
      const program = await withOpen(desk, `${directory}/data`);
      await desk.done(`mount -t tmpfs upper ${directory}`);
      try {
        explained(await desk.dump(program.pid));
      } finally {
        await desk.done(`umount ${directory}`);
      }
      await desk.restores(await desk.dumped(program));
    } finally {
      await desk.done(`umount -l ${directory}`);
    }
  },
);

mended(
  'CRIU_WATCH_HANDLE',
  'fs.watch on an overlay, as in a container',
  'Close watchers before the checkpoint',
  async (desk, explained) => {
    const [layers, root] = [desk.path('layers'), desk.path('root')];
    await desk.done(
      `mkdir ${layers} ${root} && mount -t tmpfs layers ${layers} && cd ${layers} && mkdir low up work && touch low/watched`,
    );
    try {
      await desk.done(
        `mount -t overlay -o lowerdir=${layers}/low,upperdir=${layers}/up,workdir=${layers}/work overlay ${root}`,
      );
      const program = await desk.program(
        `const watcher = require('fs').watch('${root}/watched'); ${IDLE}; ${atSignal('closed', 'watcher.close()')}`,
      );
      explained(await desk.dump(program.pid));
      await signalled(program.pid, 'closed');
      await desk.dumped(program);
    } finally {
      await desk.sh(`umount -l ${root}; umount -l ${layers}`);
    }
  },
);
