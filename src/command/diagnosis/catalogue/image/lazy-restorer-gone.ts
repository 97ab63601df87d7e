import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LAZY_RESTORER_GONE',
  phase: 'restore',
  rank: 'symptom', // why the restore ended stands in its own log
  title: 'The restore that was to be given memory has ended',
  signatures: [{ file: 'uffd.c', text: /Restorer unexpectedly closed the connection/, confidence: 'likely' }],
  cause:
    'These are words of `criu lazy-pages`, which brings memory to a restore that runs beside it; that restore failed first, and tells why in its own log.',
  remedies: [
    { what: 'Explain the log of the restore', where: 'criu', command: 'crac explain DIR/restore.log' },
    {
      what: 'Explain the log of the restore: it lies where --work-path says',
      where: 'runc',
      command: 'crac explain DIR/restore.log',
    },
  ],
  samples: ['Error (criu/uffd.c:1233): uffd: Restorer unexpectedly closed the connection'],
});
