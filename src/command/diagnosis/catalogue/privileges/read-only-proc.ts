import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYSCTL_DENIED',
  phase: 'both',
  title: 'Settings of the kernel cannot be written here',
  signatures: [
    {
      file: 'sysctl.c',
      text: /Can't (?:open sysctl|write) (?<path>\S+): (?<why>Read-only file system|Permission denied|Operation not permitted)/,
    },
  ],
  explains: [/^Does not look good/],
  cause:
    '{path} may not be opened for writing ({why}): /proc/sys is read-only in a container without privileges, or the capability is missing. It does not tell that the kernel lacks anything.',
  remedies: [
    {
      what: 'Add the capabilities, with which the engine does not write there',
      where: 'container',
      command: 'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE --cap-add SETPCAP …',
    },
    {
      what: 'Or let the container write there',
      where: 'container',
      command:
        'podman run --security-opt unmask=/proc/sys …\ndocker run --security-opt systempaths=unconfined …',
      cost: 'the container may change more of the kernel',
    },
    { what: 'Say that there are no privileges', where: 'criu', command: 'criu restore --unprivileged …' },
    {
      what: 'crac restores in namespaces of its own, with a /proc of its own',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
  ],
  samples: [
    "(00.012001) Error (criu/sysctl.c:310): Can't open sysctl net/unix/max_dgram_qlen: Read-only file system",
  ],
});
