import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_BUILD_ID',
  phase: 'restore',
  title: 'A binary or library was replaced',
  signatures: [
    { file: 'files-reg.c', text: /File (?<path>.+) has bad build-ID(?: length \d+ \(expect \d+\))?/ },
  ],
  explains: [/Unable to open fd=/, /Can't open (?:vma|exe)/],
  cause:
    '/{path} is another build than at the checkpoint, though its size is the same; the program in the image would run in foreign code.',
  remedies: [
    {
      what: 'Make the image anew with the new version',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
    {
      what: 'Or bring the old version back at this path',
      where: 'machine',
      command: 'sudo rsync -aR HOST:"/{path}" /',
    },
    {
      what: 'Compare sizes only',
      where: 'criu',
      command: 'criu restore --file-validation filesize …',
      cost: 'crashes unless the code is the same',
    },
  ],
  samples: [
    '(00.012010)      9: Error (criu/files-reg.c:2153): File usr/local/bin/node has bad build-ID',
    '(00.012010)      9: Error (criu/files-reg.c:2146): File usr/lib/libssl.so.3 has bad build-ID length 16 (expect 20)',
  ],
});
