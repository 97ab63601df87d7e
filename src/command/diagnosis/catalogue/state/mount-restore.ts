import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_RESTORE',
  phase: 'both',
  title: 'The mounts of the image cannot be set up',
  signatures: [
    { file: ['mount.c', 'mount-v2.c'], text: /The --root option is required to restore a mount namespace/ },
    { file: 'mount.c', text: /The root task has another root than mntns: (?<detail>.+)/ },
  ],
  cause:
    'The image has a mount namespace of its own, and its mounts cannot be made as they were[[ ({detail})]].',
  remedies: [
    {
      what: 'Make the image with crac: it has no mount namespace in it',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Restore with the container runtime that made it',
      where: 'container',
      command: 'podman container restore NAME',
    },
    {
      what: 'Give it a root directory',
      where: 'criu',
      command: "criu restore --root ROOT --external 'mnt[]' …",
    },
  ],
  samples: [
    '(00.009003)      1: Error (criu/mount.c:2753): mnt: The --root option is required to restore a mount namespace',
  ],
});
