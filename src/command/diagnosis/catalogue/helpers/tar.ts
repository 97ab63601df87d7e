import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_HELPER_TAR',
  phase: 'both',
  title: 'The content of a tmpfs cannot be saved or unpacked with tar',
  signatures: [
    {
      file: ['filesystems.c', 'mount.c'],
      text: /Can't (?<what>dump|restore) tmpfs content/,
      confidence: 'likely',
    },
    { text: /tar: (?<why>(?:unrecognized|invalid|unknown) option.+)/, confidence: 'likely' },
  ],
  explains: [/Can't (?:dump|restore) tmpfs/, /exited, status=/],
  cause:
    "The engine packs what lies on a tmpfs of the container (/tmp, /run, /dev/shm) with GNU's tar, and that failed[[ ({why})]]: tar is missing or the small one of BusyBox, or there is no room.",
  remedies: [
    {
      what: "Install GNU's tar where the engine runs",
      where: 'machine',
      command: 'sudo apk add tar\nsudo apt-get install tar',
    },
    {
      what: 'Or mount a directory of the host in the place of the tmpfs',
      where: 'container',
      command: 'docker run -v /srv/tmp:/tmp …',
      cost: 'its content stays after the container',
    },
    { what: 'Empty it before the checkpoint', where: 'program' },
  ],
  tells: [{ what: 'Which tar it is, and whether there is room', command: 'tar --version | head -1; df -h' }],
  samples: [
    "tar: unrecognized option: no-unquote\n(00.041003) Error (criu/util.c:627): exited, status=1\n(00.041010) Error (criu/filesystems.c:350): Can't dump tmpfs content",
    "(00.041010)      1: Error (criu/filesystems.c:372): Can't restore tmpfs content",
  ],
});
