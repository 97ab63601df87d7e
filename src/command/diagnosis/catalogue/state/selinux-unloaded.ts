import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SELINUX_CONTEXT',
  phase: 'checkpoint',
  title: 'SELinux is on, and the program has no whole label',
  signatures: [
    { file: 'lsm.c', text: /Invalid selinux context (?<label>kernel|unlabeled|init)\b/ },
    { file: 'lsm.c', text: /Invalid selinux context (?<label>.+)/, confidence: 'likely' },
  ],
  cause:
    'The label of the program is "{label}", where the engine expects user:role:type:level: the kernel has SELinux switched on and no policy was loaded into it (or a small one of its own), so that every process has such a label.',
  remedies: [
    {
      what: 'Load a policy (relabels the files at the next start), or switch SELinux off in the kernel: not only to permissive',
      where: 'machine',
      command:
        'sestatus; cat /proc/self/attr/current\nsudo grubby --update-kernel=ALL --args=selinux=0   # and start the machine anew',
      cost: 'without SELinux the machine lacks its protection',
    },
    {
      what: 'Or use an engine that was built without SELinux; this one was built with it',
      where: 'criu',
      command: 'ldd "$(command -v criu)" | grep selinux',
    },
  ],
  samples: [
    '(00.015880) Error (criu/lsm.c:90): Invalid selinux context kernel\n(00.015890) Error (criu/cr-dump.c:1390): Dump core (pid: 8132) failed with -1',
  ],
});
