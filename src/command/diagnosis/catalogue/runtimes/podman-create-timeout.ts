import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_PODMAN_CREATE_TIMEOUT',
  phase: 'restore',
  title: 'podman did not wait until the restore was done',
  signatures: [
    { text: /container creation timeout: internal libpod error/i, with: /restore/i, confidence: 'likely' },
    { text: /container creation timeout: internal libpod error/i, confidence: 'possible' },
  ],
  explains: [/container init still running/, /failed to restore container/],
  cause:
    'podman gives a container four minutes to come up, and this restore took longer: much memory, a slow disk, a compressed archive, or an engine that hangs.',
  remedies: [
    {
      what: 'Let less be unpacked: an archive without compression, on a fast disk',
      where: 'podman',
      command:
        'sudo podman container checkpoint --compress none --export /tmp/NAME.tar NAME\nsudo podman container restore --keep --import /tmp/NAME.tar',
    },
    { what: 'Take a newer podman', where: 'podman', command: 'podman --version' },
    {
      what: 'See what the engine is at, while it runs',
      where: 'machine',
      command: 'sudo find /var/lib/containers/storage -name restore.log -exec tail -n 3 {} +',
    },
  ],
  samples: [
    '$ podman container restore -i /tmp/1.tar.gz\nError: failed to restore container 04a8: container creation timeout: internal libpod error',
  ],
});
