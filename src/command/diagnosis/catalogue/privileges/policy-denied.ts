import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_POLICY_DENIED',
  phase: 'both',
  title: 'A security policy of the machine denied something',
  rank: 'hint',
  signatures: [
    {
      text: /avc: +denied +\{ (?<what>[^}]+) \} for .*comm="(?<program>[^"]+)".*tclass=(?<kind>\w+)/,
      levels: ['plain', 'error', 'debug'],
      confidence: 'likely',
    },
    {
      text: /apparmor="DENIED" operation="(?<what>[^"]+)".*profile="(?<profile>[^"]+)".*comm="(?<program>[^"]+)"/,
      levels: ['plain', 'error', 'debug'],
      confidence: 'likely',
    },
  ],
  cause:
    'SELinux or AppArmor denied {program} "{what}"[[ on a {kind}]][[ by the profile {profile}]], at about the time of the failure.',
  remedies: [
    {
      what: 'SELinux: read the rule, and allow it',
      where: 'machine',
      command:
        'sudo ausearch -m avc -ts recent | audit2why\nsudo ausearch -m avc -ts recent | audit2allow -M criu-local && sudo semodule -i criu-local.pp',
      cost: 'read the rule before it is loaded',
    },
    {
      what: 'See whether it is that: start the container without labels and profiles',
      where: 'container',
      command: 'podman run --security-opt label=disable --security-opt apparmor=unconfined …',
      cost: 'the container is then not confined by them',
    },
    {
      what: 'AppArmor: let the profile only complain',
      where: 'machine',
      command: 'sudo aa-complain {profile|/etc/apparmor.d/PROFILE}',
      cost: 'the profile no longer confines its program',
    },
  ],
  samples: [
    'type=AVC msg=audit(1690000000.123:456): avc:  denied  { execmem } for  pid=4711 comm="java" scontext=system_u:system_r:container_t:s0:c1,c2 tcontext=system_u:system_r:container_t:s0:c1,c2 tclass=process permissive=0',
    'audit: type=1400 audit(1690000000.123:45): apparmor="DENIED" operation="ptrace" profile="docker-default" pid=4711 comm="criu" requested_mask="trace" denied_mask="trace" peer="docker-default"',
  ],
});
