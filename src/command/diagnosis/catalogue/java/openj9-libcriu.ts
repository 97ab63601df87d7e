import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPENJ9_LIBCRIU',
  phase: 'start',
  title: 'OpenJ9 cannot use the library of CRIU',
  signatures: [
    { text: /attempted to load (?<library>libcriu\.so\S*) but was unable to(?:: (?<error>\S+))?/ },
    { text: /could not find critical criu functions in (?<library>libcriu\.so)/ },
    { text: /Could not init CRIU options, err=(?<error>-?\d+)/, confidence: 'likely' },
    { text: /Cannot set CRIU unprivileged mode, errno=(?<error>-?\d+)/, confidence: 'likely' },
  ],
  cause:
    'OpenJ9 calls CRIU by its library {library|libcriu.so}, which is not installed, not in the search path, or older than the JDK needs (unprivileged mode came with CRIU 3.18).',
  remedies: [
    {
      what: 'Take an image of the JDK or of Liberty that brings CRIU',
      where: 'java',
      command: 'podman pull icr.io/appcafe/open-liberty:kernel-slim-java17-openj9-ubi',
    },
    {
      what: 'Or install library and program of one version (the name without a number comes with the package for developers)',
      where: 'machine',
      command: 'sudo apt-get install criu libcriu2 libcriu-dev || sudo dnf install criu criu-libs criu-devel',
    },
  ],
  tells: [{ what: 'Which library is found', command: 'ldconfig -p | grep criu; criu --version' }],
  samples: [
    'org.eclipse.openj9.criu.SystemCheckpointException: The JVM attempted to load libcriu.so but was unable to: 1',
    'The JVM could not find critical criu functions in libcriu.so: 3',
  ],
});
