import { entry } from '../../entry.ts';
import { END, OPEN_FILE } from '../../java-forms.ts';

export default entry({
  code: 'JAVA_OPEN_NAME_SERVICE',
  phase: 'checkpoint',
  title: 'The C library of Java has a cache of user names open',
  signatures: [
    {
      text: new RegExp(
        `${OPEN_FILE}(?<path>(?:/var)?/(?:lib/sss/mc|run/nscd|cache/nscd|db/nscd)/\\S+)${END}`,
      ),
    },
    {
      text: /JVM: FD fd=(?<fd>\d+) type=\w+ path="(?<path>(?:\/var)?\/(?:lib\/sss\/mc|run\/nscd|cache\/nscd|db\/nscd)\/[^"]+)".*BAD: opened by application/,
    },
  ],
  cause:
    'Neither the program nor Java opened {path}: the C library did, when a user or group was looked up, and it keeps the cache of sssd or nscd open.',
  remedies: [
    {
      what: 'Let it stay open: it is the same file at the restore on this machine (newer builds of Java allow /var/lib/sss/mc by themselves)',
      where: 'java',
      command: 'java -XX:CRaCAllowedOpenFilePrefixes={path} -XX:CRaCCheckpointTo=DIR …',
      cost: 'the file must be there, unchanged in size, at the restore',
    },
    {
      what: 'Or do without the cache of sssd, in this process only',
      where: 'java',
      command: 'SSS_NSS_USE_MEMCACHE=NO java -XX:CRaCCheckpointTo=DIR …',
      cost: 'each look-up of a user asks the daemon',
    },
    {
      what: 'Or make the checkpoint in a container, whose /etc/nsswitch.conf names files only',
      where: 'container',
      command: 'grep -E "^(passwd|group)" /etc/nsswitch.conf',
    },
  ],
  samples: [
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenFileException: FD fd=4 type=regular path=/var/lib/sss/mc/passwd',
    'JVM: FD fd=7 type=regular path="/var/lib/sss/mc/group" BAD: opened by application',
  ],
});
