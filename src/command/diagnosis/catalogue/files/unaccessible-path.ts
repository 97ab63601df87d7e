import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_REPLACED',
  phase: 'checkpoint',
  title: "Another file stands at an open file's path",
  signatures: [
    { file: 'files-reg.c', text: /Unaccessible path opened (?<device>\d+):(?<inode>\d+), need \d+:\d+/ },
  ],
  near: [/(?:Dumping path for|Path) `?(?<path>\/[^\s`']+)/],
  cause:
    'At the path of an open file [[({path}) ]]lies another file now (device {device}, inode {inode}): it was replaced or mounted over.',
  remedies: [
    {
      what: 'Close the file and open it anew before the checkpoint',
      where: 'program',
    },
  ],
  tells: [{ what: 'Which descriptor it is', command: 'ls -l /proc/PID/fd' }],
  samples: ['(00.013102) Error (criu/files-reg.c:1444): Unaccessible path opened 2049:1311, need 2049:1307'],
});
