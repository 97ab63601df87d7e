import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UNIX_EXTERNAL',
  phase: 'checkpoint',
  title: 'The program is connected to another program over a unix socket',
  signatures: [
    { file: 'sk-unix.c', text: /External socket is used\. Consider using --ext-unix-sk option/ },
    {
      file: 'sk-unix.c',
      text: /Can't dump half of stream unix connection\. name: (?<name>.*?); peer name: (?<peer>.*)/,
    },
    {
      file: 'sk-unix.c',
      text: /Unix socket (?<inode>(?:0x)?[0-9a-f]+) (?:without peer|with unreachable peer) (?<peerinode>(?:0x)?[0-9a-f]+)/,
    },
    { file: 'sk-unix.c', text: /External socket is used\. Consider using --/ },
    { file: 'sk-unix.c', text: /Can't dump half of stream unix connection\.$/ },
    { file: 'sk-unix.c', text: /Can't dump name-less external socket/ },
    { file: 'sk-unix.c', text: /Dangling connection (?<inode>\d+)/ },
  ],
  near: [/name: (?<name>\S+); peer name: (?<peer>\S+)/, /Dumping unix socket.*?name (?<name>\S+)/],
  cause:
    'The program has a unix socket[[ ({name}, peer {peer})]] to a program outside: a database, docker.sock, systemd, or the parent process that started it (child_process with IPC, pm2).',
  remedies: [
    {
      what: "Start it with crac run, not as somebody's child",
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Close the connection before the checkpoint, connect again after the restore',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => pool.end(),\n  afterRestore: () => { pool = new Pool(); },\n});',
    },
    {
      what: 'Or declare it external and give the restore something in its place',
      where: 'criu',
      command: "criu dump --external 'unix[INODE]' …\ncriu restore --inherit-fd 'fd[N]:socket:[INODE]' …",
      cost: 'the program sees that connection end',
    },
    byConf('Or let them be broken off', 'ext-unix-sk', 'programs see those connections end'),
    {
      what: 'Or let it be broken off',
      where: 'runc',
      command: 'runc checkpoint --ext-unix-sk NAME\nrunc restore --ext-unix-sk NAME',
      cost: 'the program sees that connection end',
    },
    {
      what: 'Close it in beforeCheckpoint; to find it',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  tells: [{ what: 'Which program has the other end', command: 'sudo ss -xap | grep "{inode|PID}"' }],
  samples: [
    '(00.013102) Error (criu/sk-unix.c:874): unix: External socket is used. Consider using --ext-unix-sk option.',
    "(00.013102) Error (criu/sk-unix.c:881): unix: Can't dump half of stream unix connection. name: u.sock; peer name: (null)",
  ],
});
