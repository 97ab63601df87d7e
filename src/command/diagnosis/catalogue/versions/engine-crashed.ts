import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_ENGINE_CRASHED',
  phase: 'both',
  title: 'The engine itself has crashed',
  signatures: [
    { text: /\*\*\* Error in `\S*criu': (?<what>[^:]+)/ },
    {
      text: /(?<what>\*\*\* (?:buffer overflow|stack smashing) detected \*\*\*|(?:free|malloc|realloc)\(\): (?:invalid|corrupted|double)[^:]*|double free or corruption|corrupted size vs\. prev_size)/,
      with: /criu/i,
      confidence: 'likely',
    },
    { text: /criu\[\d+\]: (?<what>segfault at \S+|trap \S+.*)/ },
  ],
  explains: [/CRIU (?:checkpointing|restoring|feature checking|pre-dump) failed/, /criu failed/],
  cause: 'CRIU was ended by a fault of its own ({what}), which has nothing to do with the program.',
  remedies: [
    {
      what: 'Take another version: releases after it first, then the one that worked before',
      where: 'criu',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    {
      what: 'See whether another one stands first in the PATH of the runtime',
      where: 'container',
      command: 'sudo env PATH="$PATH:/usr/sbin" which -a criu',
    },
    { what: 'Install CRIU 4.2', where: 'crac', command: 'crac engine install' },
  ],
  tells: [{ what: 'Where it crashed, for a report to its makers', command: 'coredumpctl info criu' }],
  samples: [
    '*** buffer overflow detected ***: terminated\nCRIU feature checking failed -52.  Please check CRIU logfile /tmp/dump.log',
    "*** Error in `criu': free(): invalid pointer: 0x00007f2dfd5c0bf0 ***",
  ],
});
