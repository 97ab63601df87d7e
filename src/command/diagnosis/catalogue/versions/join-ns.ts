import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_JOIN_NS',
  phase: 'restore',
  title: 'The namespaces to be joined are not given in a way that the engine takes',
  signatures: [
    {
      file: ['namespaces.c', 'config.c', 'net.c'],
      text: /(?<what>Conflicting flags: --join-ns and --empty-ns|Error: namespace flags conflict|Invalid join_ns pid:? \S+(?: not found)?|invalid namespace type \S+|invalid user namespace extra_opts \S+|join-ns pid namespace not supported|Unable to find an external netns: \S+|Unable to dump more than one netns if the --emptyns is set)/,
    },
    {
      file: 'namespaces.c',
      text: /(?<what>Can't access join-ns file (?<path>\S+)|setgid failed while joining userns|setuid failed while joining userns): (?<why>.+)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The restore was told to join namespaces that exist (--join-ns, --external net[…], --inherit-fd, --empty-ns), and that does not go: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Give a kind (net, ipc, uts, mnt, user; not pid) and the PID of a living process or a file of a namespace',
      where: 'criu',
      command:
        'ls -l /proc/PID/ns/net /run/netns/\ncriu restore --join-ns net:/run/netns/NAME …\ncriu restore --join-ns user:PID,UID,GID …',
    },
    {
      what: 'A namespace that was external at the dump is given under the same key at the restore',
      where: 'criu',
      command:
        "criu dump --external 'net[INODE]:KEY' …\ncriu restore --inherit-fd 'fd[7]:KEY' … 7</run/netns/NAME",
    },
    {
      what: 'See that the namespace of the container or the pod is there',
      where: 'container',
      command: 'sudo ls -l /run/netns /var/run/docker/netns; sudo lsns -t net',
    },
  ],
  samples: [
    '(00.000402) Error (criu/namespaces.c:280): Invalid join_ns pid: /proc/4711 not found',
    '(00.000402) Error (criu/namespaces.c:95): join-ns pid namespace not supported',
  ],
});
