import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LAZY_PAGES',
  phase: 'restore',
  title: 'The process that brings in memory later is not there',
  signatures: [
    {
      file: 'uffd.c',
      text: /connect to (?<socket>\S*lazy-pages\.socket) failed: (?<why>No such file or directory|Connection refused)/,
    },
    { file: 'uffd.c', text: /(?<why>recv_fd error|PID sending error: .+)/, confidence: 'likely' },
    {
      file: 'uffd.c',
      text: /(?<why>Error during UFFD copy|Can't read uffd message: .+|Failed to (?:register|unregister) .*|UFFDIO_\w+ .*failed.*)/i,
      confidence: 'possible',
    },
  ],
  explains: [/cgroupd: recv req error/, /PID sending error/],
  cause:
    'With --lazy-pages a restore has its memory brought in by a second engine on the same machine, `criu lazy-pages`, by a socket in their common work directory[[ ({socket})]]; that one was not started, has another work directory, or ended: {why}.',
  remedies: [
    {
      what: 'Start it first, with the same directories; it asks the machine of the dump for pages',
      where: 'criu',
      command:
        'criu lazy-pages -D DIR --work-dir WORK --page-server --address SOURCE --port 9001 &\ncriu restore -D DIR --work-dir WORK --lazy-pages …',
    },
    {
      what: 'Or copy the memory before the restore, without --lazy-pages',
      where: 'criu',
      command: 'criu dump -t PID -D DIR …\nrsync -a DIR/ HOST:DIR/',
      cost: 'the program stands still until all of its memory is there',
    },
    {
      what: 'podman and Docker start none: take lazy-pages out of the configuration of the engine',
      where: 'container',
      command: 'grep -n lazy-pages /etc/criu/*.conf',
    },
  ],
  tells: [{ what: 'Whether the kernel has what it needs', command: 'criu check --feature uffd-noncoop' }],
  samples: [
    '(00.008322) Error (criu/uffd.c:349): uffd: connect to lazy-pages.socket failed: No such file or directory',
    '(00.600000) Error (criu/uffd.c:768): uffd: recv_fd error',
  ],
});
