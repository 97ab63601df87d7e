import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_RIGHTS',
  phase: 'restore',
  title: 'The rights that the program had given up cannot be given up here',
  signatures: [
    {
      text: /\bthe program (?<what>had given up the rights of root \(setuid\)|had given up capabilities|could gain no new rights \(no_new_privs\)), which cannot be (?:done|had) here(?:[^:]*: (?<error>E[A-Z]+ \([\w ]+\)))?/,
    },
  ],
  cause:
    'The program {what} before the checkpoint, and this user may not do the same[[: {error}]]; with more rights than it had it is not restored.',
  remedies: [
    {
      what: 'Restore as the user that the program had become',
      where: 'crac',
      command: 'sudo -u USER crac restore IMAGE',
    },
    { what: 'Or as root, who may give up anything', where: 'crac', command: 'sudo crac restore IMAGE' },
  ],
  samples: [
    'crac: the program had given up the rights of root (setuid), which cannot be done here: restore it as its own user: EPERM (operation not permitted).',
    'crac: the program had given up capabilities, which cannot be done here: EPERM (operation not permitted).',
  ],
});
