import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYS_ADMIN',
  phase: 'both',
  title: 'A namespace may not be made or entered',
  signatures: [
    {
      file: ['kerndat.c', 'net.c'],
      text: /Unable (?:to )?create a network namespace: Operation not permitted/,
    },
    {
      file: [
        'net.c',
        'mount.c',
        'mount-v2.c',
        'cgroup.c',
        'namespaces.c',
        'cr-restore.c',
        'sysctl.c',
        'sockets.c',
      ],
      text: /(?:Unable to (?:create a (?:new )?(?:netns|mntns|mount namespace)|unshare a mount namespace|switch a network namespace)|couldn't unshare cgns|Can't (?:setns|unshare|restore (?:netns|mntns|ns)|create new mount namespace)\b.*|[Ff]ailed to setns.*): Operation not permitted/,
    },
  ],
  explains: [/kerndat_has_\w+ failed/],
  cause:
    'The engine lacks CAP_SYS_ADMIN, which it needs to probe and make namespaces unless it is started with --unprivileged.',
  remedies: [
    {
      what: 'Let crac choose: as an ordinary user it works in a user namespace with --unprivileged',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Start it with --unprivileged',
      where: 'criu',
      command: 'criu dump --unprivileged …\ncriu restore --unprivileged …',
    },
    {
      what: 'Or add the capability',
      where: 'container',
      command: 'docker run --cap-add SYS_ADMIN --cap-add SYS_PTRACE …',
      cost: 'CAP_SYS_ADMIN is nearly root',
    },
  ],
  samples: [
    '(00.000919) Error (criu/kerndat.c:1601): Unable create a network namespace: Operation not permitted\n(00.000941) Error (criu/kerndat.c:2155): kerndat_has_nftables_concat failed when initializing kerndat.\n(00.001002) Error (criu/crtools.c:280): Could not initialize kernel features detection.',
  ],
});
