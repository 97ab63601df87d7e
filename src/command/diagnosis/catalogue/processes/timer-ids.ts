import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TIMER_IDS',
  phase: 'restore',
  title: 'Timers of the program cannot be made with the numbers that they had',
  signatures: [
    {
      file: 'restorer.c',
      text: /(?<what>Can't create timers, kernel don't give them consequently|Can't create posix timer - .*|Unexpected timer id \d+.*|Can't (?:remove temporaty posix timer|restore posix timers|(?:en|dis)abled? PR_TIMER_CREATE_RESTORE_IDS).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    'POSIX timers (timer_create) keep their numbers over a restore, and the kernel did not give them[[ ({what})]]: kernels before 6.15 only count upwards, which CRIU does until the number comes, and the limit of pending signals (ulimit -i) counts timers as well.',
  remedies: [
    {
      what: 'Use a kernel from 6.15 on with CRIU 4.2, which asks for a number',
      where: 'machine',
      command: 'uname -r; criu --version; criu check --feature timer_cr_ids',
    },
    {
      what: 'Raise the limit that counts timers',
      where: 'machine',
      command: 'ulimit -i; sudo prlimit --pid $$ --sigpending=unlimited',
    },
    { what: 'Delete the timers before the checkpoint and make them after the restore', where: 'program' },
  ],
  samples: [
    "(00.010003) pie: 9: Error (criu/pie/restorer.c:640): Can't create timers, kernel don't give them consequently",
    "(00.010003) pie: 9: Error (criu/pie/restorer.c:610): Can't create posix timer - 3: -11",
  ],
});
