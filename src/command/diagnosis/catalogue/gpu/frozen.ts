import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PLUGIN_FROZEN',
  phase: 'checkpoint',
  title: 'A GPU plugin cannot work in a control group that is frozen already',
  signatures: [
    {
      file: 'seize.c',
      text: /One or more plugins are incompatible with the freezer cgroup in the FROZEN state/,
    },
  ],
  cause:
    "CRIU 4.0's plugin for a GPU needs threads of the program to run, and the container's control group was frozen before the engine began (a paused container, or a runtime that freezes).",
  remedies: [
    {
      what: 'Install CRIU 4.1 or later, which thaws it for the plugin',
      where: 'machine',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    {
      what: 'Do not pause the container before the checkpoint',
      where: 'container',
      command: 'docker unpause NAME',
    },
  ],
  samples: [
    '(00.003003) Error (criu/seize.c:526): One or more plugins are incompatible with the freezer cgroup in the FROZEN state.',
  ],
});
