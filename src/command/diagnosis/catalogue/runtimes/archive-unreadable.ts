import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ARCHIVE_UNREADABLE',
  phase: 'both',
  title: 'The checkpoint archive cannot be unpacked by this user',
  signatures: [
    {
      text: /unpacking of checkpoint archive(?: \S+)? failed: .*: (?<why>permission denied|operation not permitted)/i,
    },
  ],
  cause:
    'An archive of a checkpoint holds files of root, with their owners and rights, some directories without the right to enter: whoever unpacks it must be root ({why}).',
  remedies: [
    {
      what: 'Do it as root',
      where: 'container',
      command: 'sudo checkpointctl inspect ARCHIVE\nsudo podman container restore --import ARCHIVE',
    },
    { what: 'See what the archive holds', where: 'machine', command: 'tar -tvf ARCHIVE | head' },
  ],
  samples: [
    'Error: unpacking of checkpoint archive failed: open /tmp/checkpointctl1/checkpoint/core-1.img: permission denied',
  ],
});
