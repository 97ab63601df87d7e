import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TCP_CONNECTED',
  phase: 'checkpoint',
  title: 'The program has an open TCP connection',
  signatures: [
    { file: 'sk-inet.c', text: /Connected TCP socket, consider using --(?<option>[\w-]+) option/ },
  ],
  cause: 'The program has an open TCP connection, and the engine was told neither to close nor to keep it.',
  remedies: [
    {
      what: 'crac always closes them (--tcp-close): both ends see a clean end, pools and clients connect anew',
      where: 'crac',
      command: 'crac checkpoint TARGET',
    },
    {
      what: 'Close connections and pools before the checkpoint',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => pool.end(),\n  afterRestore: () => { pool = new Pool(); },\n});',
    },
    {
      what: 'Close them, at both ends',
      where: 'criu',
      command: 'criu dump --tcp-close …\ncriu restore --tcp-close …',
    },
    {
      what: 'Or keep them, at both ends',
      where: 'criu',
      command: 'criu dump --tcp-established …\ncriu restore --tcp-established …',
      cost: 'the image can be restored once, soon, on the same address; firewall rules stay behind if it is not',
    },
    {
      what: 'Keep them, at both ends',
      where: 'podman',
      command:
        'podman container checkpoint --tcp-established NAME\npodman container restore --tcp-established NAME',
      cost: 'the image can be restored once, soon, on the same address',
    },
    {
      what: 'Keep them, at both ends',
      where: 'runc',
      command: 'runc checkpoint --tcp-established NAME\nrunc restore --tcp-established NAME',
      cost: 'the image can be restored once, soon, on the same address',
    },
    {
      what: 'Keep them, at both ends',
      where: 'crun',
      command: 'crun checkpoint --tcp-established NAME\ncrun restore --tcp-established NAME',
      cost: 'the image can be restored once, soon, on the same address',
    },
    byConf(
      'Close them (or keep them, with tcp-established)',
      'tcp-close',
      'programs see their connections end',
    ),
    {
      what: 'Close them in beforeCheckpoint; to find them',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '(00.013102) Error (criu/sk-inet.c:200): inet: Connected TCP socket, consider using --tcp-established option.\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1\n(00.014000) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
