import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ROOTLESS',
  phase: 'both',
  title: 'A rootless container can be neither checkpointed nor restored',
  signatures: [
    { text: /(?<what>checkpointing|restoring)(?: a container)? requires root/i },
    { text: /runc (?<what>checkpoint|restore) requires root/ },
    { text: /cannot (?<what>checkpoint|restore) a rootless container/ },
    {
      text: /\/(?:crun|runc) (?<what>checkpoint|restore) .*\/\.local\/share\/containers\/storage\/.*failed: exit status/,
      confidence: 'likely',
    },
    { text: /runc (?<what>checkpoint|restore) is untested with rootless containers/, confidence: 'likely' },
    { text: /rootless container requires user namespaces/, confidence: 'likely' },
  ],
  cause:
    'podman, runc and crun checkpoint and restore as root only, and this is not root. sudo alone does not help: the storage of root does not hold the containers and images of a user.',
  remedies: [
    {
      what: 'Bring the image into the storage of root, start the container there, checkpoint it there',
      where: 'podman',
      command:
        'podman save IMAGE | sudo podman load\nsudo podman run -d --name NAME IMAGE\nsudo podman container checkpoint NAME',
      cost: 'the container runs as root of the host, unless --userns or --user say otherwise',
    },
    {
      what: 'Start and checkpoint the container as root',
      where: 'runc',
      command: 'sudo runc run -d -b BUNDLE ID\nsudo runc checkpoint --image-path DIR ID',
    },
    {
      what: 'Start and checkpoint the container as root',
      where: 'crun',
      command: 'sudo crun run -d -b BUNDLE ID\nsudo crun checkpoint --image-path=DIR ID',
    },
    {
      what: 'Or keep the container rootless and run crac inside: an ordinary user suffices for it',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
  ],
  samples: [
    'Error: checkpointing a container requires root',
    'Error: restoring a container requires root',
    'crun: checkpointing requires root',
    'runc checkpoint requires root',
    'cannot checkpoint a rootless container',
    'Error: `/usr/bin/crun checkpoint --image-path /home/user/.local/share/containers/storage/overlay-containers/1f/userdata/checkpoint 1f` failed: exit status 1',
    'time="2026-11-29T04:31:57Z" level=warning msg="runc checkpoint is untested with rootless containers"\ntime="2026-11-29T04:31:57Z" level=error msg="lstat /run/runc/o: permission denied"',
  ],
});
