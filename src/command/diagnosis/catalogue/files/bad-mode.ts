import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_MODE',
  phase: 'restore',
  title: "A file's permissions changed since the checkpoint",
  signatures: [
    {
      file: 'files-reg.c',
      text: /File (?<path>.+) has bad mode 0(?<mode>[0-7]+) \(expect 0(?<expected>[0-7]+)\)/,
    },
  ],
  explains: [/checks can be skipped/, /Unable to open fd=/],
  cause: '/{path} has the mode {mode} and had {expected} at the checkpoint.',
  remedies: [
    {
      what: 'Give it back the mode',
      where: 'machine',
      command: 'chmod "$(printf %o $((0{expected} & 07777)))" "/{path}"',
    },
    {
      what: 'Or do not compare',
      where: 'crac',
      command: 'crac restore IMAGE --engine-option=--skip-file-rwx-check',
    },
    { what: 'Or do not compare', where: 'criu', command: 'criu restore --skip-file-rwx-check …' },
  ],
  samples: [
    '(00.017007)  20811: Error (criu/files-reg.c:2294): File tmp/app/f.txt has bad mode 0100600 (expect 0100644)\nFile r/w/x checks can be skipped with the --skip-file-rwx-check option',
  ],
});
