import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ARCHIVE_INCOMPLETE',
  phase: 'both',
  title: 'Files of the engine are missing in the checkpoint archive',
  signatures: [
    {
      text: /failed to (?:get|read|load) (?<what>[\w ]+?) ?: .*open \S*?(?<file>[\w.-]+\.img): no such file or directory/i,
      confidence: 'likely',
    },
  ],
  cause:
    'The archive was read, and {file} of the image is not in it (for the {what}): the engine wrote it elsewhere, because a line images-dir or work-dir in /etc/criu/runc.conf or crun.conf overrides what the runtime asks for; or the checkpoint was never finished.',
  remedies: [
    {
      what: 'Take such lines out of the files, and make the checkpoint again',
      where: 'container',
      command: 'grep -nE "^ *(images-dir|work-dir)" /etc/criu/*.conf',
    },
    { what: 'See what the archive has', where: 'machine', command: 'tar -tf ARCHIVE | grep -c img' },
  ],
  samples: [
    'Error: failed to get process tree: error opening binary file: open /tmp/checkpointctl1/checkpoint/pstree.img: no such file or directory',
  ],
});
