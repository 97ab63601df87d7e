import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_MISSING',
  phase: 'restore',
  title: 'A file of the image is gone',
  signatures: [
    {
      file: 'fifo.c',
      text: /Can't open fake fifo \S+ \[\/?(?<path>[^\]]+)\]: (?:No such file or directory|Not a directory)/,
    },
    {
      file: 'files-reg.c',
      text: /Can't open file \/?(?<path>.+) on restore: (?:No such file or directory|Not a directory)/,
    },
    {
      file: 'files-reg.c',
      text: /Can't open file \/?(?<path>.+): (?:No such file or directory|Not a directory)/,
    },
    { file: 'files-reg.c', text: /Can't open file \/?(?<path>.+) on restore$/ },
  ],
  explains: [
    /Unable to open fd=/,
    /Can't open file .+: No such file or directory/,
    /Can't open (?:cwd|vma|exe|root)/,
  ],
  cause:
    'The file /{path} was open (or mapped, or the working directory) at the checkpoint and does not exist where the image is restored.',
  remedies: [
    { what: 'Bring it back, same path and same size', where: 'machine', command: 'ls -ld "/{path}"' },
    {
      what: 'Close it before the checkpoint and open it after the restore',
      where: 'program',
      command:
        "getGlobalContext().register({\n  beforeCheckpoint: () => file.close(),\n  afterRestore: async () => { file = await open('/{path}'); },\n});",
    },
    {
      what: 'Restore with the same volumes and the same container image as at the checkpoint',
      where: 'container',
      command: 'docker run -v …',
      cost: 'also node itself and native addons must be there',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/files-reg.c:2353): Can't open file tmp/app/f.txt on restore: No such file or directory\n(00.017031)  20811: Error (criu/files.c:1340): Unable to open fd=17 id=0x1f\n(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.",
    "(00.009033)      9: Error (criu/files-reg.c:2267): Can't open file usr/lib/libfoo.so: No such file or directory",
  ],
});
