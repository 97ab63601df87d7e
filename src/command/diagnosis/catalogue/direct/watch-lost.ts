import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_WATCH_LOST',
  phase: 'restore',
  title: 'A file that the program watches cannot be watched here',
  signatures: [
    {
      text: /\bthe program watches what cannot be watched now \([^)]*\): (?<path>\/[^:]+)(?:: (?<error>[\w ()]+))?/,
    },
    {
      text: /\bthe program watches (?<same>what is the same as something else that it watches now): (?<path>\/\S+)/,
    },
  ],
  cause:
    'At the checkpoint the program watched {path} (inotify), and here it cannot[[: {error}]][[: it is {same}]].',
  remedies: [
    {
      what: 'Put it there as it was, and raise the number of watches where that is what is short',
      where: 'machine',
      command: 'namei -l {path}\nsysctl fs.inotify',
    },
    { what: 'Or close watchers in beforeCheckpoint; servers in production need none', where: 'program' },
  ],
  samples: [
    'crac: the program watches what cannot be watched now (inotify; fs.inotify.max_user_watches): /srv/conf: ENOENT (no such file or directory).',
    'crac: the program watches what is the same as something else that it watches now: /srv/b',
  ],
});
