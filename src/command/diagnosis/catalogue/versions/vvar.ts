import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_VVAR_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'The engine was built without support for the vDSO of this processor',
  rank: 'hint',
  signatures: [
    { text: /Found VVAR area without support/, levels: ['debug', 'error', 'plain'], confidence: 'likely' },
  ],
  cause:
    'The kernel maps its data for clocks (vvar) into every process, and this build of CRIU does not know that on this architecture: it is old (32-bit ARM has it since 3.13).',
  remedies: [
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
    {
      what: 'Install a newer one',
      where: 'criu',
      command: 'criu --version; uname -m\nsudo apt-get install --only-upgrade criu',
    },
  ],
  samples: [
    '(00.124909) Found VVAR area without support\n(00.125006) Error (criu/cr-dump.c:1211): Collect mappings (pid: 24736) failed with -1\n(00.127226) Error (criu/cr-dump.c:1625): Dumping FAILED.',
  ],
});
