import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_SMALLER',
  phase: 'restore',
  title: 'A file is smaller than at the checkpoint',
  signatures: [
    {
      file: 'files-reg.c',
      text: /File (?<path>.+) has bad size (?<size>\d+) \(expect (?<expected>\d+)\)/,
      when: ({ size, expected }) => Number(size) < Number(expected),
    },
  ],
  explains: [/Unable to open fd=/, /Can't open (?:vma|exe)/],
  cause:
    'The file /{path} has {size} bytes and had {expected} at the checkpoint: it is another version, was cut off or written anew, or what the container had changed in its file system did not come along.',
  remedies: [
    {
      what: 'Bring the file back as it was at the checkpoint, from where the image was made',
      where: 'machine',
      command: 'sudo rsync -aR HOST:"/{path}" /',
    },
    {
      what: 'Take the file system along: a checkpoint holds memory, not files, and the same container image is not enough; an export of podman holds what the container has changed, volumes are copied apart',
      where: 'container',
      command:
        'podman container checkpoint --export=app.tar.gz NAME\npodman container restore --import=app.tar.gz',
    },
    {
      what: 'Docker has no export of a checkpoint: commit the container in the moment of the checkpoint, and restore in a container of that image',
      where: 'docker',
      command: 'docker checkpoint create NAME POINT\ndocker commit NAME app:at-checkpoint',
    },
    {
      what: 'Close files like this one before the checkpoint, open them after the restore',
      where: 'program',
    },
    {
      what: 'Was it node or an addon that changed? Make the image anew',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
  ],
  samples: [
    '(00.071120)      1: Error (criu/files-reg.c:2222): File var/log/app/server.log has bad size 0 (expect 10481)\n(00.071131)      1: Error (criu/files.c:1340): Unable to open fd=4 id=0x12',
    'Error (criu/files-reg.c:1743): File usr/lib/x86_64-linux-gnu/libssl.so.3 has bad size 688160 (expect 696352)',
  ],
});
