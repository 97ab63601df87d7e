import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CWD_READ_ONLY',
  phase: 'checkpoint',
  title: "The program's working directory cannot be written",
  signatures: [{ file: 'parasite.c', text: /Can't create a directory \((?<error>-(?!17\b)\d+)\)/ }],
  explains: [/can't get \/proc fd/, /Parasite failed to dump/],
  cause:
    "The engine must make a directory proc.crtools in the program's working directory, because /proc there is not the one of the program's PID namespace, and it may not (error {error}).",
  remedies: [
    {
      what: 'Start the program with crac run, which mounts the right /proc',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Or start it in a directory that it may write',
      where: 'program',
      command: 'cd /tmp && node /app/app.js',
    },
  ],
  samples: ["(00.012003) pie: 1: Error (criu/pie/parasite.c:634): Can't create a directory (-30)"],
});
