import { type Message, of } from './message.ts';

export const OF_JAVA: readonly Message[] = [
  ...of('CRaC JDK', [
    ['21 and later', 'CRaC engine failed to checkpoint to /cr: error -1', 'JAVA_NATIVE_FAILED'],
    ['21 to 23', 'CRaC engine failed to restore from /cr (error code 1)', 'JAVA_RESTORE_FAILED'],
    ['24 and later', 'CRaC engine failed to restore from /cr: error -1', 'JAVA_RESTORE_FAILED'],
    ['21 and later', 'Cannot find CRaC engine wrap', 'JAVA_ENGINE_LOAD'],
    [
      '21 and later',
      'Cannot load CRaC engine library from /opt/jdk/lib/libwarp.so: libwarp.so: cannot open shared object file',
      'JAVA_ENGINE_LOAD',
    ],
    [
      '21 and later',
      'CRaC engine failed to initialize its API (version 2). Maybe this version is not supported?',
      'JAVA_ENGINE_LOAD',
    ],
    ['21 and later', "CRaC engine failed to configure: 'direct_map' = 'x'", 'JAVA_ENGINE_OPTION'],
    ['21 and later', 'CRaC engine does not support provided option: x', 'JAVA_ENGINE_OPTION'],
    ['all', 'Cannot create CRaCCheckpointTo=/cr/a/b: No such file or directory', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['all', 'CRaCCheckpointTo=cr.txt is not a directory', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['24 and later', 'CRaCCheckpointTo=cr%q contains an invalid pattern', 'JAVA_CHECKPOINT_DIRECTORY'],
    [
      '24 and later',
      'CRaCCheckpointTo=cr%0t contains a pattern with zero padding but no length',
      'JAVA_CHECKPOINT_DIRECTORY',
    ],
    ['24 and later', 'Error interpolating CRaCCheckpointTo=cr%u (too long)', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['all', 'CRaCCheckpointTo is not specified', 'JAVA_NOT_CONFIGURED'],
    ['all', 'Cannot open CRaCRestoreFrom=cr: No such file or directory', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['all', 'Failed to open a space shared with restored process', 'JAVA_RESTORE_DATA'],
    ['all', 'Cannot read restore parameters', 'JAVA_RESTORE_DATA'],
    [
      '24 and later',
      'Restore failed due to wrong or missing CPU architecture (current architecture is amd64)',
      'JAVA_IMAGE_TAGS',
    ],
    [
      '24 and later',
      'Restore failed due to incompatible or missing CPU features, try using -XX:CPUFeatures=0x21421801fcfbd7,0x3e6 on checkpoint.',
      'JAVA_CPU_FEATURES',
    ],
    [
      '24 and later',
      "Invalid value for -XX:CheckCPUFeatures=maybe; available are 'compatible', 'exact' or 'skip'",
      'JAVA_ENGINE_OPTION',
    ],
    ['all', 'CRIU executable does not exist in /opt/jdk/lib/criu', 'JAVA_CRIU_BINARY'],
    [
      'all',
      "Warning: CRIU at /opt/jdk/lib/criu does not have the SUID bit set and you're not a root",
      'JAVA_CRIU_BINARY',
    ],
    ['all', 'Cannot execute CRIU: Permission denied', 'JAVA_CRIU_BINARY'],
    ['all', 'CRIU failed with exit code 1 - check /cr/dump4.log', 'JAVA_NATIVE_FAILED'],
    [
      '21 and later',
      'CRIU has not properly exited, waitpid status was 139 - check /cr/dump4.log',
      'JAVA_NATIVE_FAILED',
    ],
    ['all', "can't move out of JVM process hierarchy", 'JAVA_HIERARCHY'],
    ['all', 'JVM: invalid info for restore provided: queued code -1', 'JAVA_NATIVE_FAILED'],
    ['all', "VM Option 'MaxHeapSize' cannot be changed: 3", 'JAVA_RESTORE_OPTION'],
  ]),
  ...of('OpenJ9', [
    [
      'all',
      'org.eclipse.openj9.criu.SystemCheckpointException: Could not dump the JVM processes, err=-52',
      'LIBERTY_CHECKPOINT_FAILED',
    ],
    [
      'all',
      'org.eclipse.openj9.criu.JVMCheckpointException: The JVM attempted to checkpoint but was unable to due to code being executed in @NotCheckpointSafe frames. Retry attempts: 100',
      'JAVA_OPENJ9_NOT_SAFE',
    ],
    [
      'all',
      'org.eclipse.openj9.criu.JVMCheckpointException: Blocking operation is not allowed in CRIU single thread mode.',
      'JAVA_OPENJ9_SINGLE_THREAD',
    ],
    ['all', 'The JVM attempted to load libcriu.so but was unable to: 1', 'JAVA_OPENJ9_LIBCRIU'],
    ['all', 'The JVM could not find critical criu functions in libcriu.so: 3', 'JAVA_OPENJ9_LIBCRIU'],
    ['all', 'Could not init CRIU options, err=-1', 'JAVA_OPENJ9_LIBCRIU'],
    ['all', 'Cannot set CRIU unprivileged mode, errno=22', 'JAVA_OPENJ9_LIBCRIU'],
    ['all', 'Could not open the checkpoint data directory, errno=2', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['all', 'Could not open the work directory, errno=2', 'JAVA_CHECKPOINT_DIRECTORY'],
    ['all', 'java.lang.UnsupportedOperationException: CRIU support is not enabled', 'JAVA_OPENJ9_DISABLED'],
    [
      '0.47 and later',
      'The command line options -XX:+EnableCRIUSupport and -XX:CRaCCheckpointTo=[DIR] are not compatible.',
      'JAVA_OPENJ9_DISABLED',
    ],
    ['all', 'The JVM could not load the options file', 'JAVA_RESTORE_OPTION'],
    ['all', 'The JVM could not enable all the restore options specified', 'JAVA_RESTORE_OPTION'],
    [
      'all',
      "The JVM could not enable -Xdebug in the restore option file because -XX:+DebugOnRestore wasn't enabled pre-checkpoint.",
      'JAVA_RESTORE_OPTION',
    ],
    ['all', 'Could not run delayed lock-related operations successfully, errno=1'],
    ['0.49 and later', 'Failed to get the CRIU checkpoint directory.'],
  ]),
  ...of('Open Liberty', [
    [
      'all',
      'CWWKC0453E: The server checkpoint request failed with the following message: x',
      'LIBERTY_CHECKPOINT_FAILED',
    ],
    [
      'all',
      'CWWKC0454E: The server failed to restore from a checkpoint with the following message: x',
      'LIBERTY_RESTORE_FAILED',
    ],
    ['all', 'CWWKC0455E: An unknown error occurred with the following message: x', 'LIBERTY_RESTORE_FAILED'],
    [
      'all',
      'CWWKC0456E: A checkpoint cannot be taken because the following features configured in the server.xml file are not supported for checkpoint: [jmsMdb-3.2]',
      'LIBERTY_FEATURE_UNSUPPORTED',
    ],
    [
      'all',
      'CWWKC0457E: An error occurred preparing to take a checkpoint with the following message: x',
      'LIBERTY_HOOK_FAILED',
    ],
    [
      'all',
      'CWWKC0457E: An application did not start. CWWKZ0022W: Application a has not started in 30.000 seconds.',
      'LIBERTY_APPLICATION_NOT_STARTED',
    ],
    [
      'all',
      'CWWKC0458E: An error occurred restoring the server process with the following message: null',
      'LIBERTY_HOOK_FAILED',
    ],
    [
      'all',
      'CWWKC0459E: A checkpoint cannot be taken because the Java version used does not support checkpoint.',
      'JAVA_OPENJ9_DISABLED',
    ],
    [
      'all',
      'CWWKE0961I: Restoring the checkpoint server process failed. Check the /logs/checkpoint/restore.log log to determine why the checkpoint process was not restored. Launching the server without using the checkpoint image.',
      'LIBERTY_RESTORE_FAILED',
    ],
    [
      'all',
      'CWWKE0962E: The server checkpoint request failed. The following output is from the /logs/checkpoint/checkpoint.log file that contains details on why the checkpoint failed.',
      'LIBERTY_CHECKPOINT_FAILED',
    ],
    [
      '23.0.0.3 and later',
      'CWWKE0963E: The server checkpoint request failed because netlink system calls were unsuccessful.',
      'LIBERTY_NETLINK_DENIED',
    ],
    [
      '23.0.0.6 and later',
      'CWWKE0964E: Restoring the checkpoint server process failed. Check the /logs/checkpoint/restore.log log to determine why the checkpoint process was not restored. The server did not launch because checkpoint restore recovery is disabled.',
      'LIBERTY_RESTORE_FAILED',
    ],
  ]),
  ...of('Spring', [
    [
      '6.1 and later',
      'org.springframework.context.ApplicationContextException: Failed to take CRaC checkpoint on refresh',
      'JAVA_FRAMEWORK_FAILED',
    ],
    [
      '6.1 and later',
      'org.springframework.context.ApplicationContextException: Failed to restore CRaC checkpoint on refresh',
      'JAVA_FRAMEWORK_FAILED',
    ],
  ]),
];
