import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_FEATURE_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'A feature of the server cannot be checkpointed',
  signatures: [
    {
      text: /CWWKC0456E: .*?not supported for checkpoint: (?<features>.+?)\s*$/,
    },
    { text: /CWWKC0456E\b/ },
  ],
  explains: [/CWWKC0453E|CWWKE0962E/],
  cause:
    'server.xml switches on features that InstantOn does not support[[: {features}]]; Liberty refuses before the engine is asked.',
  remedies: [
    {
      what: 'Take them out, name the single features that are needed in place of a whole platform (jakartaee-10.0, microProfile-6.0), or update: each release supports more',
      where: 'liberty',
      command: 'grep -rn "<feature>" server.xml configDropins/',
    },
  ],
  samples: [
    'CWWKC0456E: A checkpoint cannot be taken because the following features configured in the server.xml file are not supported for checkpoint: [jmsMdb-3.2, messagingServer-3.0]',
  ],
});
