import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FREEZER_MISSING',
  phase: 'checkpoint',
  title: 'There is no control group to freeze',
  signatures: [
    {
      file: 'seize.c',
      text: /Neither a cgroupv1 \(freezer\.state\) or cgroupv2 \(cgroup\.freeze\) control file found/,
    },
  ],
  cause:
    "The engine was told to freeze a control group that has no freezer: the container was made without a group of its own (--cgroups=disabled, --cgroup-manager=disabled), so the group named is the machine's root, or the kernel leaves the freezer out (cgroup_no_v1=freezer).",
  remedies: [
    {
      what: 'Make the container with a control group of its own, which is the default',
      where: 'podman',
      command: 'podman run --cgroups=enabled …',
    },
    {
      what: 'Make the container with a control group of its own',
      where: 'crun',
      command: 'crun --cgroup-manager=cgroupfs run …',
    },
    {
      what: 'See whether the group has one',
      where: 'machine',
      command: 'ls /sys/fs/cgroup/GROUP/cgroup.freeze /sys/fs/cgroup/freezer/GROUP/freezer.state',
    },
    {
      what: 'Let the engine stop each process by itself',
      where: 'criu',
      command: 'criu dump …   # without --freeze-cgroup',
    },
  ],
  samples: [
    '(00.007498) Error (criu/seize.c:1043): Neither a cgroupv1 (freezer.state) or cgroupv2 (cgroup.freeze) control file found.',
  ],
});
