import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_MISSING',
  phase: 'restore',
  title: 'A file of the image is gone',
  signatures: [
    {
      file: 'fifo.c',
      text: /Can't open (?:fake )?fifo \S+ \[\/?(?<path>[^\]]+)\]: (?:No such file or directory|Not a directory)/,
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
    {
      what: 'Bring it back, same path and same size, from where the image was made',
      where: 'machine',
      command: 'sudo rsync -aR HOST:"/{path}" /',
    },
    {
      what: 'Close it before the checkpoint and open it after the restore',
      where: 'program',
      command:
        "getGlobalContext().register({\n  beforeCheckpoint: () => file.close(),\n  afterRestore: async () => { file = await open('/{path}'); },\n});",
    },
    {
      what: 'Take the file system along: a checkpoint holds memory, not files, and the same container image is not enough; an export of podman holds what the container has changed, volumes are copied apart',
      where: 'container',
      command:
        'podman container checkpoint --export=app.tar.gz NAME\npodman container restore --import=app.tar.gz',
    },
    {
      what: 'Docker has no export of a checkpoint: commit the container in the moment of the checkpoint, and restore in a container of that image with the same volumes',
      where: 'docker',
      command: 'docker checkpoint create NAME POINT\ndocker commit NAME app:at-checkpoint',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/files-reg.c:2353): Can't open file tmp/app/f.txt on restore: No such file or directory\n(00.017031)  20811: Error (criu/files.c:1340): Unable to open fd=17 id=0x1f\n(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.",
    "(00.009033)      9: Error (criu/files-reg.c:2267): Can't open file usr/lib/libfoo.so: No such file or directory",
  ],
});
