import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_PHASE',
  phase: 'start',
  title: 'Open Liberty does not know this point of a checkpoint',
  signatures: [
    { text: /CWWKE0954E: .*?"(?<name>[^"]*)" checkpoint phase/ },
    { text: /CWWKE0954E: .*?\((?<name>[^)]*)\) checkpoint phase/ },
    { text: /CWWKE0954E/, confidence: 'likely' },
  ],
  cause:
    'The point at which the checkpoint is to be made is "{name|empty}" (--at of `server checkpoint`, WLP_CHECKPOINT of a container); there are two: beforeAppStart and afterAppStart (betas before 23.0.0.6 had others).',
  remedies: [
    { what: 'Name one of them', where: 'liberty', command: 'server checkpoint SERVER --at=afterAppStart' },
    {
      what: 'In the Containerfile: the script of the image takes the same names',
      where: 'liberty',
      command: 'checkpoint.sh afterAppStart',
    },
  ],
  samples: [
    'CWWKE0954E: The "apps" checkpoint phase specified is empty or unknown.',
    'CWWKE0954E: The specified (inactive) checkpoint phase is empty or unknown.',
  ],
});
