import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TWO_DUMPS',
  phase: 'checkpoint',
  title: 'Two checkpoints in one directory at once',
  signatures: [{ file: 'parasite.c', text: /Can't create a directory \(-17\)/ }],
  explains: [/can't get \/proc fd/, /Parasite failed to dump/],
  cause:
    "The engine makes a directory proc.crtools in the program's working directory, and one is there: another checkpoint runs there just now, or left it behind.",
  remedies: [
    {
      what: 'One after the other; crac mounts the right /proc, so that none is needed',
      where: 'crac',
      command: 'crac checkpoint TARGET',
    },
    { what: 'Remove what was left behind', where: 'machine', command: 'rmdir proc.crtools' },
  ],
  samples: [
    "(00.012003) pie: 1: Error (criu/pie/parasite.c:634): Can't create a directory (-17)\n(00.012010) pie: 1: Error (criu/pie/parasite.c:664): can't get /proc fd",
  ],
});
