import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SETUID',
  phase: 'restore',
  title: "The restored program's user cannot be set",
  signatures: [
    {
      file: 'restorer.c',
      text: /Unable to set real, effective and saved (?<kind>user|group) ID: (?<error>-?1)\b/,
    },
    {
      file: 'restorer.c',
      text: /Unable to set real, effective and saved (?<kind>user|group) ID: (?<error>-?(?!1\b)\d+)/,
      confidence: 'likely',
    },
    {
      file: 'restorer.c',
      text: /(?:Unable to set fs(?<kind>uid|gid)|Can't setgroups\(\[\d+ gids\]\)|Can't setup supplementary group IDs)(?:: (?<error>-?\d+))?/,
      confidence: 'likely',
    },
    { text: /Unable to initialize id-s: Operation not permitted/ },
  ],
  cause:
    'Process {pid|N} could not get its {kind|user} back: the restore lacks CAP_SETUID or CAP_SETGID (EPERM), or its user namespace has no such number (EINVAL).',
  remedies: [
    {
      what: 'Restore as the user who made the image',
      where: 'crac',
      command: 'sudo -u USER crac restore IMAGE',
    },
    {
      what: 'Add the capabilities',
      where: 'container',
      command: 'docker run --cap-add SETUID --cap-add SETGID …',
    },
  ],
  samples: [
    '(00.040011) pie: 14470: Error (criu/pie/restorer.c:265): Unable to set real, effective and saved user ID: -1',
  ],
});
