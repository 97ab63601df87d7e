import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_DENIED',
  phase: 'restore',
  title: 'A file of the image may not be opened',
  signatures: [
    {
      file: 'files-reg.c',
      text: /Can't open file \/?(?<path>.+?)(?: on restore)?: (?<why>Permission denied|Operation not permitted|Read-only file system)/,
    },
  ],
  explains: [/Unable to open fd=/],
  cause: 'The file /{path} was open at the checkpoint and may not be opened by the restore ({why}).',
  remedies: [
    {
      what: 'Let the user who restores open it',
      where: 'machine',
      command: 'sudo setfacl -m "u:$(id -un):rw" "/{path}"',
      cost: 'that user may then read and write it',
    },
    {
      what: 'Restore as the user who made the image',
      where: 'crac',
      command: 'sudo -u USER crac restore IMAGE',
    },
    {
      what: 'With root and few capabilities, add the one that passes permissions',
      where: 'container',
      command: 'docker run --cap-add DAC_OVERRIDE …',
    },
    {
      what: 'For a read-only root, mount the directory writable',
      where: 'container',
      command: 'docker run --tmpfs /DIRECTORY …',
      cost: 'its content is lost with the container',
    },
  ],
  tells: [{ what: 'Whose it is and who may open it', command: 'namei -l "/{path}"' }],
  samples: [
    "(00.017007)  20811: Error (criu/files-reg.c:2353): Can't open file home/app/f.txt on restore: Permission denied\n(00.017031)  20811: Error (criu/files.c:1340): Unable to open fd=1 id=0xa",
  ],
});
