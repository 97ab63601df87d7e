import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYS_CHROOT',
  phase: 'restore',
  title: 'The root directory may not be set',
  signatures: [{ file: 'files.c', text: /Can't change root: Operation not permitted/ }],
  cause: "Restoring the program's root directory needs CAP_SYS_CHROOT, which the engine does not have.",
  remedies: [
    { what: 'Add the capability', where: 'container', command: 'docker run --cap-add SYS_CHROOT …' },
    { what: 'Or restore without privileges', where: 'criu', command: 'criu restore --unprivileged …' },
  ],
  samples: ["(00.022220)  14470: Error (criu/files.c:1418): Can't change root: Operation not permitted"],
});
