import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_WATCH_GONE',
  phase: 'restore',
  title: 'A watched file is gone',
  signatures: [
    { file: 'fsnotify.c', text: /Unable to open (?<path>.+): (?:No such file or directory|Not a directory)/ },
    { file: 'fsnotify.c', text: /Can't open file (?<path>.+) on restore: No such file or directory/ },
  ],
  cause: 'The program watched /{path} at the checkpoint, and it does not exist where the image is restored.',
  remedies: [
    {
      what: 'Bring it back, from where the image was made',
      where: 'machine',
      command: 'sudo rsync -aR HOST:"/{path}" /',
    },
    { what: 'Close watchers before the checkpoint, open them after the restore', where: 'program' },
  ],
  samples: [
    '(00.020011)  20811: Error (criu/fsnotify.c:552): fsnotify: Unable to open tmp/app/f.txt: No such file or directory',
  ],
});
