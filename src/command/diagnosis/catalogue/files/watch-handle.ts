import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_WATCH_HANDLE',
  phase: 'checkpoint',
  title: 'A watched file has no handle',
  signatures: [
    { file: 'fsnotify.c', text: /Can't dump that handle/ },
    {
      file: 'fsnotify.c',
      text: /Handle (?<device>0x[0-9a-f]+):(?<inode>0x[0-9a-f]+) cannot be opened/,
      levels: ['warn', 'error', 'plain'],
    },
    {
      file: 'fsnotify.c',
      text: /Can't find suitable path for handle \(dev (?<device>\S+) ino (?<inode>\S+)\)/,
    },
  ],
  near: [/Handle (?<device>0x[0-9a-f]+):(?<inode>0x[0-9a-f]+) cannot be opened/],
  explains: [/Can't dump that handle/, /cannot be opened/, /irmap/],
  cause:
    'The program watches a file (fs.watch, chokidar, a dev server)[[, inode {inode} on device {device},]] that has been deleted or lies on a file system whose files cannot be found by handle (overlayfs of containers, tmpfs).',
  remedies: [
    {
      what: 'Close watchers before the checkpoint; servers in production need none',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => watcher.close(),\n  afterRestore: () => { watcher = chokidar.watch(paths); },\n});',
    },
    {
      what: 'Or let the engine search for the paths',
      where: 'crac',
      command: 'crac checkpoint TARGET --engine-option=--force-irmap --engine-option=--irmap-scan-path=/app',
      cost: 'slow for large trees',
    },
    {
      what: 'Or let the engine search for the paths',
      where: 'criu',
      command: 'criu dump --force-irmap --irmap-scan-path /app …',
      cost: 'slow for large trees',
    },
    byConf(
      'Or let the engine search for the paths',
      'force-irmap\nirmap-scan-path /app',
      'slow for large trees',
    ),
  ],
  samples: [
    "(00.013102) Warn  (criu/fsnotify.c:281): fsnotify: \tHandle 0x2a:0x1f03 cannot be opened\n(00.013110) Error (criu/fsnotify.c:284): fsnotify: \tCan't dump that handle\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1",
    "(00.013110) Error (criu/fsnotify.c:263): fsnotify: Can't find suitable path for handle (dev 0x17 ino 0x402): -2",
  ],
});
