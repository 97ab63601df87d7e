import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_CPU_FEATURES',
  phase: 'restore',
  title: 'This CPU lacks features that the Java image needs',
  signatures: [
    { text: /Restore failed due to incompatible or missing CPU features/ },
    {
      text: /missing features of this CPU are (?<mask>(?:0x)?[0-9a-f]+(?:,(?:0x)?[0-9a-f]+)*)(?: = (?<features>[\w, .-]+))?/i,
    },
    {
      text: /You have to specify (?<flag>-XX:CPUFeatures=(?:0x)?[0-9a-f]\S*) together with -XX:CRaCCheckpointTo/,
    },
  ],
  near: [
    /(?<flag>-XX:CPUFeatures=(?:0x)?[0-9a-f]+(?:,(?:0x)?[0-9a-f]+)*)/,
    /missing features of this CPU are (?<mask>(?:0x)?[0-9a-f]+(?:,(?:0x)?[0-9a-f]+)*)(?: = (?<features>\w[\w, -]*\w))?/,
    /override this check by (?:-XX:\+UnlockExperimentalVMOptions )?(?<skip>-XX:[\w+:=-]*\w)/,
  ],
  explains: [/missing features of this CPU/, /-XX:CPUFeatures=/],
  cause: 'The image was made on a CPU with features that this one does not have[[ ({features})]].',
  remedies: [
    {
      what: 'Make the checkpoint for any CPU, or for CPUs like this one',
      where: 'java',
      command:
        'java -XX:CPUFeatures=generic -XX:CRaCCheckpointTo=DIR …\njava {flag|-XX:CPUFeatures=MASK} -XX:CRaCCheckpointTo=DIR …',
      cost: 'somewhat slower code',
    },
    { what: 'See what this CPU has', where: 'java', command: 'java -XX:+ShowCPUFeatures -version' },
    {
      what: 'Or restore without the check',
      where: 'java',
      command:
        'java -XX:+UnlockExperimentalVMOptions {skip|-XX:CheckCPUFeatures=skip} -XX:CRaCRestoreFrom=DIR',
      cost: 'a missing instruction ends the program (SIGILL)',
    },
  ],
  samples: [
    'You have to specify -XX:CPUFeatures=21421801fcfbd7,3e6 together with -XX:CRaCCheckpointTo when making a checkpoint file; specified -XX:CPUFeatures=ff; missing features of this CPU are 4000000000,0 = 3dnowpref',
    'Restore failed due to incompatible or missing CPU features',
    'You have to specify -XX:CPUFeatures=0x21421801fcfbd7,0x3e6 together with -XX:CRaCCheckpointTo when making a checkpoint file; specified -XX:CPUFeatures=0xff; missing features of this CPU are 0x4000000000,0x0 = 3dnowpref, adx',
  ],
});
