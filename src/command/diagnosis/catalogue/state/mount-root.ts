import { byConf, FROM_OUTSIDE } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_ROOT',
  phase: 'both',
  title: 'A mount of the container is not declared',
  signatures: [
    {
      file: 'mount.c',
      text: /(?<!\d)(?<mount>\d+):\.?(?<path>(?!\.?\/(?:\S*\/)?sys\/fs\/cgroup)\S+) doesn't have a proper root mount/,
    },
    { file: 'mount.c', text: /Mount (?<mount>\d+):(?:\(null\)|(?<path>\S+)) is autodetected external mount/ },
  ],
  cause:
    'A mount[[ ({path})]] comes from outside of the container (a bind mount), or the engine stands in another mount namespace than the program (bare criu on a process of a container), and nobody told it.',
  remedies: [
    {
      what: "Start the program with crac run: the engine then enters the program's namespaces",
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    { what: 'Run the engine inside', where: 'criu', command: 'nsenter -t PID -m -p criu dump …' },
    {
      what: 'Or declare it, at both ends',
      where: 'criu',
      command: "criu dump --external 'mnt[]' …\ncriu restore --external 'mnt[]' --root ROOT …",
    },
    FROM_OUTSIDE,
    byConf('Where it was the runtime: let the engine take mounts from outside as they are', 'external mnt[]'),
  ],
  samples: [
    "(00.009003) Error (criu/mount.c:753): mnt: 554:./etc/hosts doesn't have a proper root mount",
    '(00.009003) Error (criu/mount.c:3120): mnt: Mount 61:/data is autodetected external mount. Try "--ext-mount-map auto" to allow them.',
    '(00.068816) Error (criu/mount.c:3120): mnt: Mount 91:(null) is autodetected external mount. Try "--ext-mount-map auto" to allow them.',
  ],
});
