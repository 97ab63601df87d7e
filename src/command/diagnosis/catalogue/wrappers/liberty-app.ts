import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_APPLICATION_NOT_STARTED',
  phase: 'checkpoint',
  title: 'An application did not start before the checkpoint',
  signatures: [
    {
      text: /CWWKC0457E: ?(?<said>.*?[Aa]pplication.*(?:did not start|has not started).*?)(?:CWWKZ0022W.*)?$/,
    },
  ],
  cause:
    'Liberty takes the checkpoint afterAppStart only when every application has started, and one did not[[: {said}]].',
  remedies: [
    {
      what: 'See why: what it needs at its start (a database, another service) is not there while the image is built; start it later, or take the checkpoint before the applications start',
      where: 'liberty',
      command: 'RUN checkpoint.sh beforeAppStart',
      cost: 'a restore then takes longer, for the applications start in it',
    },
    {
      what: 'Or give it longer',
      where: 'liberty',
      command: 'grep -n startTimeout server.xml   # <applicationManager startTimeout="60s"/>',
    },
  ],
  samples: [
    'CWWKC0453E: The server checkpoint request failed with the following message: CWWKC0457E: An application did not start. CWWKZ0022W: Application startupcode has not started in 30.000 seconds.',
  ],
});
