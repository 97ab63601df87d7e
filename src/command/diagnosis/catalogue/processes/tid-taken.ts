import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TID_TAKEN',
  phase: 'restore',
  title: "A thread's number is taken",
  signatures: [
    { file: 'restorer.c', text: /Unable to create a thread: -17\b/ },
    { file: 'restorer.c', text: /Unable to create a thread: (?<got>\d+)/ },
    { file: 'restorer.c', text: /Thread pid mismatch (?<got>\d+)\/(?<want>\d+)/ },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    'A thread of process {pid|N} could not get its old number, because another process or thread has it[[ (it would have got {got})]].',
  remedies: [
    {
      what: 'Restore with crac: it makes a PID namespace of its own',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Restore in a PID namespace of its own',
      where: 'criu',
      command: 'unshare --pid --fork --mount-proc criu restore …',
    },
    {
      what: 'In a container raise the PIDs before the checkpoint',
      where: 'java',
      command: 'java -XX:CRaCMinPid=128 -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '(00.034110) pie: 20952: Error (criu/pie/restorer.c:2188): Unable to create a thread: -17\n(00.034180) Error (criu/cr-restore.c:2153): Restorer fail 20952\n(00.034300) Error (criu/cr-restore.c:1254): 20952 exited, status=1',
  ],
});
