import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SETPCAP',
  phase: 'restore',
  title: "The restored program's capabilities cannot be set",
  signatures: [
    {
      file: 'restorer.c',
      text: /Unable to drop capability (?<capability>\d+): (?<error>-?\d+)/,
      confidence: 'likely',
    },
    { file: 'restorer.c', text: /Unable to restore capabilities: (?<error>-?\d+)/, confidence: 'likely' },
    {
      file: 'restorer.c',
      text: /Unable to raise ambient capability (?<capability>\d+): (?<error>-?\d+)/,
      confidence: 'likely',
    },
    { file: 'restorer.c', text: /Unable to set PR_SET_SECUREBITS: (?<error>-?\d+)/, confidence: 'likely' },
    {
      file: 'restorer.c',
      text: /Unable to set SECURE_NO_SETUID_FIXUP: (?<error>-?\d+)/,
      confidence: 'likely',
    },
  ],
  explains: [/BUG at criu\/pie\/restorer\.c/, /Restorer fail/],
  cause:
    'The capabilities of process {pid|N} could not be set as they were: the restore lacks CAP_SETPCAP, or the program had capabilities that the restore does not have[[ (number {capability})]].',
  remedies: [
    {
      what: 'Checkpoint and restore with the same capabilities; as an ordinary user crac needs none',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Give the restoring container what the checkpoint had, and SETPCAP',
      where: 'container',
      command: 'docker run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP …',
    },
    {
      what: 'Give it to the binary',
      where: 'criu',
      command: 'sudo setcap cap_checkpoint_restore,cap_setpcap+eip "$(command -v criu)"',
      cost: 'everybody who may run that binary can then restore',
    },
    {
      what: 'Or start the program with no_new_privs before the checkpoint: then nothing is to drop',
      where: 'container',
      command: 'docker run --security-opt no-new-privileges …',
      cost: 'SUID programs do not work in that container',
    },
  ],
  samples: [
    '(00.040011) pie: 14470: Error (criu/pie/restorer.c:317): Unable to drop capability 24: -1\n(00.040020) pie: 14470: Error (criu/pie/restorer.c:820): BUG at criu/pie/restorer.c:820',
    '(00.040011) pie: 14470: Error (criu/pie/restorer.c:347): Unable to restore capabilities: -1',
  ],
});
