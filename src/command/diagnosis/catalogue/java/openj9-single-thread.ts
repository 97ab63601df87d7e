import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPENJ9_SINGLE_THREAD',
  phase: 'both',
  title: 'A hook waits for a thread that OpenJ9 has stopped',
  signatures: [{ text: /Blocking operation is not allowed in CRIU single thread mode/ }],
  near: [/^\s*at (?!java\.|jdk\.|sun\.|javax\.|openj9\.|org\.eclipse\.openj9)(?<frame>\S+\([^)]*\))/],
  cause:
    'While hooks run, OpenJ9 lets one thread go only; a hook[[ ({frame})]] waited for a lock or a result that a stopped thread holds, which would never end.',
  remedies: [
    {
      what: 'Register that hook for the mode in which the other threads run: registerPreCheckpointHook(hook, CRIUSupport.HookMode.CONCURRENT_MODE, priority)',
      where: 'java',
    },
    {
      what: 'Or take what blocks out of the hook: no lock, no wait for another thread, no lazy initialisation of a class there',
      where: 'program',
    },
  ],
  samples: [
    'org.eclipse.openj9.criu.JVMRestoreException: Blocking operation is not allowed in CRIU single thread mode.\n\tat java.base/java.lang.Object.wait(Native Method)',
  ],
});
