import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_DISK_FULL',
  phase: 'both',
  title: 'The disk is full',
  signatures: [
    { text: /: No space left on device/i, levels: ['error', 'warn', 'plain'] },
    { file: 'page-xfer.c', text: /A pipe was closed unexpectedly/, confidence: 'possible' },
    { text: /: Disk quota exceeded/i },
    { text: /the disk of \S+ is too small: the image takes up to/ },
  ],
  cause: 'There is no room left for the image or the log.',
  remedies: [
    {
      what: 'Make room, or write the image elsewhere; it needs about as much as the program has memory',
      where: 'machine',
      command: 'df -h .\ngrep VmRSS /proc/PID/status',
    },
    { what: 'Elsewhere', where: 'crac', command: 'crac checkpoint TARGET --image /other/disk/image' },
  ],
  samples: [
    'EngineError: the disk of /srv/images is too small: the image takes up to 20.1 MiB, and 400.0 KiB are free; nothing was written, the program goes on.',
    '(00.043003) Error (criu/page-xfer.c:268): Unable to spice data: No space left on device\n(00.043100) Error (criu/cr-dump.c:2111): Dumping FAILED.',
    "(00.043003) Error (criu/protobuf.c:180): Can't write 68 bytes: No space left on device",
  ],
});
