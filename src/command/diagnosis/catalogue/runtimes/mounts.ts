import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_EXTERNAL_MOUNT',
  phase: 'both',
  title: 'A mount or namespace of the container is not there for the runtime',
  signatures: [
    {
      text: /CRIU: failed adding external mount (?:to|for (?:shared empty|masked) directory) `(?<path>[^`]+)`(?:: (?<why>.+))?/,
    },
    {
      text: /unable to resolve external bind mount (?:destination )?`(?<path>[^`]+)` under rootfs(?:: (?<why>.+))?/,
    },
    { text: /create criu restore mount(?:point)? for (?<path>\S+) mount: (?<why>.+)/ },
    { text: /Requested network namespace (?<path>\S+) does not exist/ },
    {
      text: /unable to (?:stat|open)\(\): `(?<path>[^`]+)`(?:: (?<why>.+))?/,
      with: /crun|CRIU/,
      confidence: 'likely',
    },
    { text: /CRIU: failed adding external namespace `(?<path>[^`]+)`(?:: (?<why>.+))?/ },
  ],
  cause:
    'The runtime must declare {path} to CRIU, because it comes from outside of the container, and it is not there or cannot be made[[: {why}]].',
  remedies: [
    {
      what: 'Make what the configuration of the container names: the source of each mount, and the network namespace, before a restore',
      where: 'container',
      command: 'ls -ld {path}\ngrep -nE \'"(source|destination|path)"\' config.json',
    },
    {
      what: 'Let podman make it: an archive brings its volumes along',
      where: 'podman',
      command:
        'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME\nsudo podman container restore --import /tmp/NAME.tar.gz',
    },
  ],
  samples: [
    'crun: CRIU: failed adding external mount to `/etc/hosts`: Cannot allocate memory',
    'level=error msg="create criu restore mountpoint for /data mount: mkdir /rootfs/data: read-only file system"',
    'Requested network namespace /var/run/netns/app does not exist',
  ],
});
