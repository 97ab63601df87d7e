import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYSV_TAIL',
  phase: 'restore',
  title: 'A segment of System V memory is mapped in part',
  signatures: [
    { file: 'shmem.c', text: /Sysv shmem (?<id>\S+) with tail hole not supported/, confidence: 'likely' },
  ],
  explains: [/exited, status=/],
  cause:
    'The program had attached System V segment {id}, and of that mapping the end is missing in the image: the program gave it back (munmap of a part), or a CRIU before 2.3 met a segment whose size is no multiple of a page (64 KiB on ppc64 and some arm64).',
  remedies: [
    {
      what: 'Install CRIU 2.3 or later; one that is newer still helps only where the program unmaps nothing of it',
      where: 'criu',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    {
      what: 'Detach the segment before the checkpoint (shmdt) and attach it again after the restore',
      where: 'program',
    },
  ],
  tells: [
    { what: 'Size of the segments, beside what is mapped', command: 'ipcs -m; grep SYSV /proc/PID/maps' },
  ],
  samples: ['(00.624272)      5: Error (criu/shmem.c:165): Sysv shmem 0 with tail hole not supported'],
});
