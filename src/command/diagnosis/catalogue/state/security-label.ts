import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SECURITY_LABEL',
  phase: 'restore',
  title: 'The security profile of the image does not exist here',
  signatures: [
    {
      file: 'restorer.c',
      text: /can't write lsm profile (?<error>-?(?!13\b|1\b)\d+)/,
      confidence: 'likely',
    },
    { file: 'lsm.c', text: /mismatched lsm types and lsm profile specified/ },
    { file: 'lsm.c', text: /apparmor LSM specified but apparmor not supported by kernel/ },
    { file: 'lsm.c', text: /selinux LSM specified but selinux not supported by kernel/ },
    { file: 'lsm.c', text: /unknown lsm (?<label>\S+)|invalid argument (?<label2>\S+) for --lsm-profile/ },
    { file: 'lsm.c', text: /Non unconfined selinux contexts not supported (?<label>\S+)/ },
  ],
  cause:
    'The program ran under a profile of AppArmor or a label of SELinux[[ ({label})]] that is not loaded or not known here.',
  remedies: [
    {
      what: 'Load the same profile here',
      where: 'machine',
      command: 'sudo aa-status\nsudo apparmor_parser -r /etc/apparmor.d/PROFILE',
    },
    {
      what: 'Or restore under another one',
      where: 'criu',
      command: 'criu restore --lsm-profile apparmor:unconfined …',
      cost: 'the program is confined differently',
    },
    {
      what: 'Or make and restore the image without confinement',
      where: 'container',
      command: 'docker run --security-opt apparmor=unconfined …',
      cost: 'the container is no longer confined by it',
    },
  ],
  tells: [
    {
      what: "Which modules are at work here; the engine's idea may be stale: remove its cache and try again",
      command: 'cat /sys/kernel/security/lsm; sudo rm -f /run/criu.kdat',
    },
  ],
  samples: [
    "(00.040003) pie: 9: Error (criu/pie/restorer.c:196): can't write lsm profile -2",
    '(00.001003) Error (criu/lsm.c:406): apparmor LSM specified but apparmor not supported by kernel',
  ],
});
