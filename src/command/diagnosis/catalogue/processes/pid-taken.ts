import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PID_TAKEN',
  phase: 'restore',
  title: 'A PID of the image is taken',
  signatures: [
    { file: 'cr-restore.c', text: /Can't fork for (?<pid>\d+): File exists/ },
    { text: /RESTORE failed: Error\(17\): Process with requested pid already exists/ },
  ],
  cause:
    "A process or thread with a PID of the image[[ ({pid})]] exists already in the PID namespace that is restored into; a zombie is enough, and so is another copy of this image or the restore's own process.",
  remedies: [
    {
      what: 'Restore with crac: it makes a PID namespace of its own, so any number of copies run side by side',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Restore in a PID namespace of its own',
      where: 'criu',
      command: 'unshare --pid --fork --mount-proc criu restore …',
    },
    {
      what: 'Find out who has it (threads too, State Z is a zombie) and end it, or its parent if it is a zombie',
      where: 'machine',
      command: "grep -E '^(Name|State|Tgid|PPid)' /proc/{pid}/status",
    },
    {
      what: "Where it was crac that restored, the image's PIDs are as low as those of the restore itself: let it have higher ones",
      where: 'crac',
      command: 'crac run --min-pid 128 --image DIR app.js\ncrac checkpoint DIR',
    },
    {
      what: 'In a container let the program have PIDs above those that the restore itself uses',
      where: 'java',
      command: 'java -XX:CRaCMinPid=128 -XX:CRaCCheckpointTo=DIR …',
      cost: 'takes effect in a new checkpoint only',
    },
    {
      what: "Without that, try a few times: the processes that clash are often the restore's own",
      where: 'java',
    },
  ],
  samples: [
    "(00.017723) Error (criu/cr-restore.c:1230): Can't fork for 20952: File exists\n(00.017801) Error (criu/cr-restore.c:2397): Restoring FAILED.",
    "Error (criu/cr-restore.c:1506): Can't fork for 9: File exists",
  ],
});
