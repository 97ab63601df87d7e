import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPEN_NATIVE',
  phase: 'checkpoint',
  title: 'Native code of a Java program has a descriptor open',
  signatures: [
    { text: /CheckpointOpenResourceException: FD fd=(?<fd>\d+) type=(?<kind>\w+) path=(?<path>.*?)\s*$/ },
    { text: /JVM: FD fd=(?<fd>\d+) type=(?<kind>\w+) path="(?<path>[^"]*)".*BAD: opened by application/ },
  ],
  cause:
    'Native code (a JNI library, an agent, or the process that started Java) has descriptor {fd} open: {kind} {path}; Java has no stack for it.',
  remedies: [
    {
      what: 'See which call opened it',
      where: 'java',
      command:
        "strace -f -e trace=%desc,socket,pipe2 -k -o /tmp/strace.txt java -XX:CRaCCheckpointTo=DIR …\ngrep -n ' = {fd}$' /tmp/strace.txt",
      cost: 'slows the program down; the engine cannot dump while strace is attached',
    },
    {
      what: 'If it was inherited from the shell or script that starts Java, close it there',
      where: 'java',
      command: 'java -XX:CRaCCheckpointTo=DIR … {fd}>&-',
    },
    {
      what: 'A file may stay open by its path, any inherited one by its number',
      where: 'java',
      command: 'java -XX:CRaCAllowedOpenFilePrefixes={path} …\njava -XX:CRaCIgnoredFileDescriptors={fd} …',
      cost: 'the engine must then be able to save it',
    },
  ],
  samples: [
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenResourceException: FD fd=4 type=fifo path=pipe:[8953321]',
    'JVM: FD fd=5 type=regular path="/tmp/native.dat" BAD: opened by application',
  ],
});
