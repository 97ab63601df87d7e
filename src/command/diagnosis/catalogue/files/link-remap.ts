import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LINK_REMAP',
  phase: 'checkpoint',
  title: 'A deleted file has another name',
  signatures: [
    { file: 'files-reg.c', text: /Can't create link remap for (?<path>.+?)\. Use link-remap option/ },
  ],
  cause:
    '{path} was deleted while it is open and lives on under another name (hard link); the engine must make a name for it in the same directory and was not allowed to.',
  remedies: [
    { what: 'crac always allows it (--link-remap)', where: 'crac', command: 'crac checkpoint TARGET' },
    {
      what: 'Allow it',
      where: 'criu',
      command: 'criu dump --link-remap …',
      cost: 'the directory must be writable, and a file link_remap.N stays there until the restore',
    },
    byConf('Allow it', 'link-remap', 'a file link_remap.N stays beside it until the restore'),
    { what: 'Or close the file before the checkpoint', where: 'program' },
  ],
  samples: [
    "(00.013102) Error (criu/files-reg.c:1122): Can't create link remap for /tmp/app/g. Use link-remap option.",
  ],
});
