import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LABEL_DENIED',
  phase: 'restore',
  title: 'The engine may not give the program its security label back',
  signatures: [
    {
      file: 'restorer.c',
      text: /can't write lsm profile (?<error>-(?:13|1))\b/,
      confidence: 'likely',
    },
    {
      file: 'lsm.c',
      text: /Unable to set the (?<label>\S+) socket SELinux context: (?<why>Permission denied|Operation not permitted)/,
      confidence: 'likely',
    },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    "The label or profile is known here, and the security policy does not let the restore change to it[[ ({errnoText})]][[ ({why})]]: under SELinux the policy's part for containers is older than the runtime or the container got another category at the import; under AppArmor the engine is confined itself.",
  remedies: [
    {
      what: 'Update the policy for containers on the host (in `podman machine`: its image), and read what was denied',
      where: 'machine',
      command: 'sudo dnf upgrade container-selinux\nsudo ausearch -m avc -ts recent | audit2why',
    },
    {
      what: 'Make the checkpoint of a container without a label',
      where: 'container',
      command:
        'podman run --security-opt label=disable …\ndocker run --security-opt label=disable --security-opt apparmor=unconfined …',
      cost: 'the container is no longer confined by it',
    },
    {
      what: 'Restore under another one',
      where: 'criu',
      command: 'criu restore --lsm-profile selinux:unconfined_u:unconfined_r:unconfined_t:s0 …',
      cost: 'the program is confined differently',
    },
  ],
  samples: [
    "(00.241528) pie: 6: Error (criu/pie/restorer.c:180): can't write lsm profile -13\n(00.241731) pie: 6: Error (criu/pie/restorer.c:1925): Restorer fail 6",
  ],
});
