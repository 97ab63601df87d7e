import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_ENGINE_LOAD',
  phase: 'start',
  title: 'Java cannot load the engine that was asked for',
  signatures: [
    { text: /Cannot find CRaC engine (?<engine>\S+)/ },
    { text: /Cannot find (?<engine>crexec) library to use CRaCEngine executable/ },
    {
      text: /Cannot load CRaC engine library(?: entrypoint '[^']*')? from (?<engine>\S+?)(?:: (?<why>.+))?$/,
    },
    { text: /CRaC engine failed to initialize its API \(version (?<version>\d+)\)/ },
    { text: /CRaC engine provided (?<why>invalid API\b.*)/ },
  ],
  cause:
    'This Java has no engine {engine|of that name} that fits it[[: {why}]][[; it speaks version {version} of the interface]]: the name is misspelt, the engine belongs to another JDK (warp is in those of Azul, for Linux), or its file is missing.',
  remedies: [
    {
      what: 'See which there are, and name one of them at the checkpoint and at the restore',
      where: 'java',
      command:
        'ls "$JAVA_HOME"/lib/*engine* "$JAVA_HOME"/lib/*crexec* "$JAVA_HOME"/lib/*warp*\njava -XX:CRaCEngine=criu -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '[0.010s][error][crac] Cannot find CRaC engine wrap',
    '[0.010s][error][crac] CRaC engine failed to initialize its API (version 2). Maybe this version is not supported?',
  ],
});
