import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_ENGINE_OPTION',
  phase: 'start',
  title: "Java's engine does not take an option",
  signatures: [
    { text: /(?:CRaC engine|simengine|crexec) failed to configure: '(?<option>[^']*)' = '(?<value>[^']*)'/ },
    { text: /CRaC engine does not support provided option: (?<option>\S*)/ },
    { text: /unknown configure option: (?<option>\S+)/, confidence: 'likely' },
    { text: /expected '(?<value>[^']*)' to be either 'true' or 'false'/, confidence: 'likely' },
    { text: /Invalid value for -XX:(?<option>CheckCPUFeatures)=(?<value>[^;]*); available are/ },
  ],
  explains: [/failed to configure/, /unknown configure option/],
  cause:
    'The engine does not take {option|that option}[[ with the value "{value}"]]: options differ between engines (criu, warp, simengine, crexec) and releases; those of CRIU itself go in args.',
  remedies: [
    {
      what: 'See which it takes',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=help -XX:CRaCCheckpointTo=DIR -version',
    },
    {
      what: 'Options of CRIU are one value, without commas in it',
      where: 'java',
      command: "java -XX:CRaCEngineOptions=args='-v4 --tcp-close' -XX:CRaCCheckpointTo=DIR …",
    },
  ],
  samples: [
    "[0.010s][error][crac] CRaC engine failed to configure: 'direct_map' = 'not a bool'",
    'simengine: unknown configure option: help',
  ],
});
