import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CGROUP_PROPS',
  phase: 'checkpoint',
  title: 'The list of settings of control groups cannot be read',
  signatures: [
    {
      file: 'cgroup-props.c',
      text: /cg-prop: (?<what>Expect(?:ed|ing) .+|Unknown strategy .+|Failed to parse file .+|Can't add controller .+)/,
    },
    {
      file: 'cgroup-props.c',
      text: /cg-prop: (?<what>Can't (?:open|stat|mmap) file (?<path>\S+)): (?<why>.+)/,
    },
  ],
  cause:
    'The option --cgroup-props or --cgroup-props-file gives which settings of which controller are saved, in a strict form of YAML, and the engine cannot read that: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Write it in this form; merge keeps what the engine saves by itself, replace does not',
      where: 'criu',
      command:
        'printf \'"cpu":\\n - "strategy": "replace"\\n - "properties": ["cpu.shares", "cpu.cfs_quota_us"]\\n\' > props.yaml\ncriu dump --cgroup-props-file props.yaml …',
    },
    {
      what: 'Or leave the option out: the settings that most programs need are saved without it',
      where: 'criu',
      command: 'criu dump --cgroup-props-bundle none …   # none saves no settings at all',
      cost: 'with `none` limits of memory and CPU are not set again',
    },
    {
      what: 'See whether a configuration file of the engine gives it',
      where: 'container',
      command: 'grep -n cgroup-props /etc/criu/*.conf',
    },
  ],
  samples: [
    '(00.000312) Error (criu/cgroup-props.c:247): cg-prop: Expecting controller name',
    "(00.000312) Error (criu/cgroup-props.c:390): cg-prop: Can't open file props.yaml: No such file or directory",
  ],
});
