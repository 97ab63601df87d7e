import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { until } from '../engine.ts';
import { mended } from './case.ts';
import { children, contained, daemon, IDLE, status } from './programs.ts';

mended('CRIU_TRACED', 'strace attached', 'grep TracerPid', async (desk, explained) => {
  const program = await desk.program(IDLE);
  const tracer = desk.start('strace', ['-o', '/dev/null', '-p', String(program.pid)]);
  await until(() => /TracerPid:\s+[1-9]/.test(status(program.pid)), 'strace to attach');
  const { remedy } = explained(await desk.dump(program.pid));
  const [, pid] = (await desk.done(remedy)).match(/TracerPid:\s+(\d+)/) ?? [];
  process.kill(Number(pid), 'SIGINT');
  await tracer.ended;
  await desk.dumped(program);
});

const withChild = (words: string[]): string =>
  `const c = require('child_process').spawn('unshare', ${JSON.stringify(words)}, { stdio: 'ignore' });
   const timer = setInterval(() => {
     if (require('fs').readFileSync('/proc/' + c.pid + '/comm', 'utf8') === 'sleep\\n') { ready(); clearInterval(timer); }
   }, 10);
   setInterval(() => {}, 1000);
   process.on('SIGUSR2', () => c.kill('SIGKILL'));`;

mended(
  'CRIU_NESTED_NAMESPACE',
  'a child with an IPC namespace of its own',
  'Close the browser or the sandbox before the checkpoint',
  async (desk, explained) => {
    const program = await desk.program(withChild(['--ipc', 'sleep', '600']));
    explained(await desk.dump(program.pid));
    process.kill(program.pid, 'SIGUSR2');
    await until(() => children(program.pid).length === 0, 'the child to end');
    await desk.dumped(program);
  },
);

mended(
  'CRIU_NESTED_NAMESPACE',
  'a child with a time namespace of its own',
  'Close the browser or the sandbox before the checkpoint',
  async (desk, explained) => {
    const program = await desk.program(
      withChild(['--time', '--fork', '--kill-child', 'sleep', '600']).replace("'sleep\\n'", "'unshare\\n'"),
    );
    await until(() => children(children(program.pid)[0] ?? 0).length === 1, 'sleep to run');
    explained(await desk.dump(program.pid));
    process.kill(program.pid, 'SIGUSR2');
    await until(() => children(program.pid).length === 0, 'the child to end');
    await desk.dumped(program);
  },
);

mended(
  'CRIU_NO_SUCH_PROCESS',
  'the number that a program has inside of a container',
  "grep -sE '^NSpid",
  async (desk, explained) => {
    const { outer, outside } = await contained(desk, []);
    // Inside it is 1: here that is another program, so a number is taken that nobody has.
    const { remedy } = explained(await desk.dump(4194000));
    const { stdout: listed } = await desk.sh(remedy); // processes end while it looks
    if (!new RegExp(`/proc/${outside}/status:NSpid:\\s+${outside}\\s+1$`, 'm').test(listed))
      throw new Error(listed);
    await desk.dumped({ ...outer, pid: outside });
  },
);

mended(
  'CRIU_INSIDE_TREE',
  'a program that starts the engine on itself',
  "setsid sh -c '(sleep 1; criu dump",
  async (desk, explained) => {
    const directory = desk.path('self');
    mkdirSync(directory);
    const options = `-D ${directory} -o dump.log -v4`;
    const failed = `criu dump -t $$ ${options} --shell-job 2>&1; cat ${directory}/dump.log`;
    const { remedy } = explained(await desk.done(failed));
    const script = desk.path('program.sh');
    const printed = remedy
      .replace('PID', () => '$$')
      .replace("'(", '"(')
      .replace("&'", '&"')
      .replace('…', options);
    writeFileSync(script, `PATH=${desk.bin}:$PATH\n${printed}\nexec sleep 600\n`);
    const program = await daemon(desk, ['sh', script], 'sleep');
    await program.ended;
    await desk.restores(directory);
  },
);

mended(
  'CRIU_TWO_DUMPS',
  'a directory that an interrupted dump left',
  'rmdir proc.crtools',
  async (desk, explained) => {
    const directory = desk.path('work');
    mkdirSync(`${directory}/proc.crtools`, { recursive: true });
    // Without a /proc of its own the engine makes one in the working directory.
    const { outer, outside } = await contained(desk, ['--wd', directory]);
    const { remedy } = explained(await desk.dump(outside));
    await desk.done(`cd ${directory} && ${remedy}`);
    await desk.dumped({ ...outer, pid: outside });
    rmdirSync(directory);
  },
);
