import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_DENIED',
  phase: 'both',
  title: "The image's directory may not be used",
  signatures: [
    {
      file: 'image.c',
      text: /(?:Unable to open (?<path>\S+\.img)|Can't open dir (?<dir>.+)): (?<why>Permission denied|Read-only file system|Operation not permitted)/,
    },
    { file: 'log.c', text: /Can't create log file (?<path>.+): (?<why>.+)/ },
  ],
  cause: '{path|The directory} may not be opened: {why}.',
  remedies: [
    { what: 'See whose the directory is', where: 'machine', command: 'ls -ld IMAGE\nls -l IMAGE' },
    {
      what: 'Restore as the user who made it; write where you may',
      where: 'crac',
      command: 'sudo -u USER crac restore IMAGE',
    },
  ],
  samples: ['(00.000703) Error (criu/image.c:487): Unable to open inventory.img: Permission denied'],
});
