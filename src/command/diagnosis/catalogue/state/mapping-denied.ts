import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MAPPING_DENIED',
  phase: 'restore',
  title: 'SELinux or AppArmor refuses the program a mapping',
  signatures: [
    {
      file: 'restorer.c',
      text: /Can't restore (?:0x)?(?<address>[0-9a-f]+) mapping with (?:0x)?f{7,15}3\b/,
      confidence: 'likely',
    },
    {
      file: 'restorer.c',
      text: /Unable to remap (?:0x)?(?<address>[0-9a-f]+) -> .*(?:0x)?f{7,15}3\b/,
      confidence: 'likely',
    },
    {
      file: 'restorer.c',
      text: /^(?:\S+: )?Can't (?:mmap|restore|mprotect) .*?(?<address>[0-9a-f]{6,})?.*[ :=(]-13\)?$/,
      confidence: 'likely',
    },
    {
      file: 'restorer.c',
      text: /mprotect\((?<address>[0-9a-f]+), .*\) failed with code -13/,
      confidence: 'likely',
    },
  ],
  explains: [/Restorer fail/, /exited, status=/, /Can't restore/],
  cause:
    'The kernel refused process {pid|N} a mapping[[ at {address}]] with EACCES: SELinux or AppArmor denies it (execmem, execmod, map of a file with a foreign label), or the file lies on a file system that was mounted noexec.',
  remedies: [
    {
      what: 'See which rule it is, and allow it',
      where: 'machine',
      command:
        'sudo ausearch -m avc,user_avc -ts recent\nsudo journalctl -k | grep -i \'apparmor="DENIED"\'\nsudo ausearch -m avc -ts recent | audit2allow -M criu-restore && sudo semodule -i criu-restore.pp',
      cost: 'read the rule before it is loaded',
    },
    {
      what: 'Restore the container with the label that it had, or without labels',
      where: 'container',
      command: 'podman run --security-opt label=disable …\ndocker run --security-opt apparmor=unconfined …',
      cost: 'the container is no longer confined by it',
    },
    {
      what: 'Restore under another profile',
      where: 'criu',
      command: 'criu restore --lsm-profile selinux:unconfined_u:unconfined_r:unconfined_t:s0 …',
      cost: 'the program is confined differently',
    },
    byConf(
      'Restore under another profile',
      'lsm-profile apparmor:unconfined',
      'containers are confined differently',
    ),
  ],
  tells: [
    {
      what: 'Whether it is SELinux: does it work while it only warns?',
      command: 'sudo setenforce 0   # and back: sudo setenforce 1',
    },
    { what: 'Whether it is noexec', command: 'findmnt -lo TARGET,OPTIONS | grep noexec' },
  ],
  samples: [
    "(00.040003) pie: 9: Error (criu/pie/restorer.c:1440): Can't restore 7f0a10000000 mapping with fffffffffffffff3",
    "(00.040003) pie: 9: Error (criu/pie/restorer.c:1440): Can't restore 7f0a10000000 mapping with 0xfffffffffffffff3\n(00.040180) Error (criu/cr-restore.c:2153): Restorer fail 9",
  ],
});
