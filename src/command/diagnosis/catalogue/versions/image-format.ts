import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_VERSION',
  phase: 'restore',
  title: 'The image was made by another CRIU',
  signatures: [
    { file: 'image.c', text: /Not supported images version (?<version>\d+)/ },
    { file: 'image.c', text: /Too old image, no longer supported/ },
    { file: 'pstree.c', text: /Images cor?rupted or too old criu was used for dump|Images currupted/ },
    { file: 'cr-restore.c', text: /Unknown image format/ },
  ],
  cause: 'The image was made by a CRIU whose format this one does not read[[ (version {version})]].',
  remedies: [
    {
      what: 'Restore with the engine that made it; the manifest names it',
      where: 'crac',
      command: 'crac inspect IMAGE',
    },
    { what: 'Or make the image anew with this one', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  samples: ['(00.001003) Error (criu/image.c:89): Not supported images version 9'],
});
