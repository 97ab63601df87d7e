import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_SIZE',
  phase: 'restore',
  title: 'A file has grown since the checkpoint',
  signatures: [
    {
      file: 'files-reg.c',
      text: /File (?<path>.+) has bad size (?<size>\d+) \(expect (?<expected>\d+)\)/,
      when: ({ size, expected }) => Number(size) > Number(expected),
    },
  ],
  explains: [/Unable to open fd=/, /Can't open (?:vma|exe)/],
  cause:
    'The file /{path} has {size} bytes and had {expected} at the checkpoint: it was written to since, or (a binary, a library, an addon) replaced by another version.',
  remedies: [
    {
      what: 'Give it the size it had: cut off what was added, or bring the old version back',
      where: 'machine',
      command: 'cp -p "/{path}" "/{path}.grown" && truncate -s {expected} "/{path}"',
      cost: 'what was added is lost: keep the copy',
    },
    {
      what: 'Open files that grow for appending, or close them before the checkpoint: files opened with O_APPEND are not compared',
      where: 'program',
      command: "fs.createWriteStream(name, { flags: 'a' })",
    },
    {
      what: 'Was it node or an addon that changed? Make the image anew',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
    {
      what: 'Restore the file system along: a checkpoint holds memory, not files; an export of podman holds what the container has changed, volumes are copied apart',
      where: 'container',
      command:
        'podman container checkpoint --export=app.tar.gz NAME\npodman container restore --import=app.tar.gz',
    },
  ],
  samples: [
    '(00.017007)  20811: Error (criu/files-reg.c:2175): File tmp/app/f.txt has bad size 37 (expect 33)\n(00.017031)  20811: Error (criu/files.c:1340): Unable to open fd=17 id=0x1f',
    '(00.012010)      9: Error (criu/files-reg.c:1861): File usr/local/bin/node has bad size 124827920 (expect 98932688)',
  ],
});
