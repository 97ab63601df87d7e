import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_MEMORY',
  phase: 'checkpoint',
  title: 'The program has memory mapped that the engine direct does not take along',
  signatures: [
    {
      text: /\bmemory (?<kind>in huge pages|of a device|with a protection key)(?: \(hugetlbfs\))? is mapped: (?<name>\S.*)$/,
    },
    { text: /\bmemory is mapped that (?<kind>other processes may share): (?<name>\S.*)$/ },
  ],
  cause:
    'Memory of the program ({name}; {kind}) is more than its bytes: it belongs to a device, to other processes too, or to a pool of the kernel. A copy of the bytes would not be the same thing. The program goes on.',
  remedies: [
    { what: 'Unmap it in beforeCheckpoint and map it again in afterRestore', where: 'program' },
    {
      what: 'Without huge pages or such memory, where a setting of the library or of node asks for it; this shows the settings',
      where: 'program',
      command: "tr '\\0' '\\n' < /proc/PID/environ | grep -E 'NODE_OPTIONS|HUGE|MALLOC'",
    },
    {
      what: 'Where CRIU can (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
    },
  ],
  tells: [{ what: 'What it is', command: "grep -A 25 -F '{name}' /proc/PID/smaps" }],
  samples: [
    'crac: memory in huge pages (hugetlbfs) is mapped: /anon_hugepage (deleted)',
    'crac: memory of a device is mapped: /dev/nvidia0',
    'crac: memory is mapped that other processes may share: /SYSV00000000 (deleted)',
  ],
});
