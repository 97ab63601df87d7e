import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_AUTOFS',
  phase: 'both',
  title: 'An automatic mount cannot be saved or restored',
  signatures: [
    {
      file: 'autofs.c',
      text: /^(?<what>.+?)(?:: (?<why>[A-Z][\w ]+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'In the mounts of the program is one of autofs (systemd makes some: /proc/sys/fs/binfmt_misc), whose daemon is not part of what is saved, or which cannot be made again: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Take it out of the container, where it is not needed',
      where: 'machine',
      command: 'sudo systemctl stop proc-sys-fs-binfmt_misc.automount && sudo umount -t autofs -a',
      cost: 'what was mounted on demand there no longer is',
    },
    { what: 'Or leave it out', where: 'criu', command: 'criu restore --skip-mnt /proc/sys/fs/binfmt_misc …' },
  ],
  tells: [{ what: 'Which there are', command: 'grep autofs /proc/PID/mountinfo' }],
  samples: ['(00.013102) Error (criu/autofs.c:110): Failed to find pipe_ino option (old kernel?)'],
});
