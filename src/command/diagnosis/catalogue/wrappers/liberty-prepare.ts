import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_HOOK_FAILED',
  phase: 'both',
  title: 'Something in Open Liberty threw while it prepared or restored',
  rank: 'symptom',
  signatures: [
    {
      text: /CWWKC0457E: An error occurred preparing to take a checkpoint with the following message: (?<said>.*)/,
      confidence: 'likely',
    },
    {
      text: /CWWKC0458E: An error occurred restoring the server process with the following message: (?<said>.*)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The engine has done its part; a hook of Liberty, of a feature or of an application threw: {said|no message} ("null" is an exception without a message). Its stack stands in messages.log and in the FFDC files of the server.',
  remedies: [
    {
      what: 'See the stack: the first class that is not io.openliberty.checkpoint names the feature',
      where: 'liberty',
      command:
        'grep -n -A30 "CWWKC045[78]E" /logs/messages.log\nls -t /logs/ffdc | head; grep -l checkpoint /logs/ffdc/*',
    },
    {
      what: 'Build the image with the release that runs it; a hook that fails at the restore reads files, variables or addresses that exist only there',
      where: 'liberty',
      command: 'server version',
    },
  ],
  samples: [
    '[ERROR   ] CWWKC0454E: The server failed to restore from a checkpoint with the following message: CWWKC0458E: An error occurred restoring the server process with the following message: null',
    '[ERROR   ] CWWKC0453E: The server checkpoint request failed with the following message: CWWKC0457E: An error occurred preparing to take a checkpoint with the following message: The connection pool is in use.',
  ],
});
