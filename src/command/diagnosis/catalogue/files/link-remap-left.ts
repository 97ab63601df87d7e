import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LINK_REMAP_LEFT',
  phase: 'checkpoint',
  title: 'A name that an earlier checkpoint left is in the way',
  signatures: [
    { file: 'files-reg.c', text: /Can't link remap to (?<path>.+): File exists/, confidence: 'likely' },
  ],
  near: [/Can't link\s+\S*\s*-> \.?(?<left>\S*link_remap\.\d+)/],
  cause:
    'A deleted file that is still open ({path}) gets a second name for the checkpoint, and that name exists already[[: {left}]]: an earlier checkpoint that failed has left it.',
  remedies: [
    {
      what: 'Remove what was left, where the program sees it',
      where: 'program',
      command: 'rm -f {left|/dev/shm/link_remap.*}',
      cost: 'an image that was made before needs them: not if one is still to be restored here',
    },
    {
      what: 'Remove what was left, in the container',
      where: 'container',
      command: 'docker exec NAME sh -c "rm -f /dev/shm/link_remap.* $(dirname /{path})/link_remap.*"',
      cost: 'an image that was made before needs them: not if one is still to be restored here',
    },
  ],
  samples: [
    "Warn  (criu/files-reg.c:1881): Can't link  -> ./dev/shm/link_remap.635\nError (criu/files-reg.c:1159): Can't link remap to /dev/shm/sem.yYFLwT: File exists\nError (criu/cr-dump.c:2111): Dumping FAILED.",
  ],
});
