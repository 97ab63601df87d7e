import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_FILE_GONE',
  phase: 'restore',
  title: 'A file that the program had open cannot be opened here',
  signatures: [
    { text: /the program had a file open that cannot be opened now: (?<path>\/[^:]*)/ },
    { text: /the program has (?<path>\/.*) mapped, which cannot be opened here/ },
  ],
  cause:
    '{path} was open in the program at the checkpoint, and is not there now, or may not be opened by this user.',
  remedies: [
    {
      what: 'Put it there again, with rights for this user; this shows the way to it',
      where: 'machine',
      command: 'namei -l {path}',
    },
    {
      what: 'Or have copies go without it: a rule for this restore',
      where: 'crac',
      command:
        "printf 'type: file\\npath: {path}\\naction: close\\n' > without.yaml\ncrac restore IMAGE --policies without.yaml",
      cost: 'the program must stand a closed descriptor',
    },
    { what: 'Or close it in beforeCheckpoint and open it in afterRestore', where: 'program' },
  ],
  samples: [
    'crac: the program had a file open that cannot be opened now: /var/log/app.log: ENOENT (no such file or directory)',
    'crac: /srv/image: the program has /usr/lib/x86_64-linux-gnu/libvips.so.42 mapped, which cannot be opened here: No such file or directory. Put it there again, or make the',
  ],
});
