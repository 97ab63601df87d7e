import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_DEVELOPMENT_ENGINE',
  phase: 'both',
  title: 'This engine of Java only pretends',
  rank: 'hint',
  signatures: [{ text: /\b(?<engine>pauseengine|simengine)\b/, levels: ['plain'], confidence: 'likely' }],
  cause:
    'The engine {engine} is for development: simengine runs the hooks and goes on at once, pauseengine stops the process until another one wakes it. Neither writes an image, so there is nothing to restore in another process; simengine is what Java takes on macOS and Windows.',
  remedies: [
    {
      what: 'Use an engine that writes an image, on Linux: criu, or warp (Azul), which needs no privileges',
      where: 'java',
      command:
        'java -XX:CRaCEngine=warp -XX:CRaCCheckpointTo=DIR …\njava -XX:CRaCEngine=criu -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: ['pauseengine: pausing the process, restore in another process to unpause it'],
});
