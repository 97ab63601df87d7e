import { type Message, of } from './message.ts';

export const OF_HELPERS: readonly Message[] = [
  ...of("CRIU's Python tools", [
    [
      'pycriu, all',
      'CRIUExceptionExternal: DUMP failed: Error(3): No process with such pid',
      'CRIU_NO_SUCH_PROCESS',
    ],
    [
      'pycriu, all',
      'CRIUExceptionExternal: RESTORE failed: Error(17): Process with requested pid already exists',
      'CRIU_PID_TAKEN',
    ],
    ['pycriu, all', 'CRIUExceptionExternal: DUMP failed: Error(56): Bad options', 'CRIU_OPTION'],
    ['pycriu, all', 'CRIUExceptionExternal: DUMP failed: Error(52): Unknown', 'CRIU_RPC_FAILED'],
    ['pycriu, all', 'CRIUExceptionInternal: DUMP failed with internal error: EOF', 'CRIU_RPC_FAILED'],
    ['pycriu, all', 'FileNotFoundError: Socket file not found.', 'CRIU_RPC_FAILED'],
    ['pycriu, all', 'ConnectionRefusedError: Service not running.', 'CRIU_RPC_FAILED'],
    ['crit, all', 'Unknown magic 0x1.', 'CRIU_CRIT_INPUT'],
    ['crit, all', 'Cannot read JSON.', 'CRIU_CRIT_INPUT'],
    ['crit, all', 'Exception: No handler found for image with magic PAGES', 'CRIU_CRIT_INPUT'],
    ['criu-ns, all', 'OSError: [Errno 18] Target ns / is not as current', 'CRIU_NS_SCRIPT'],
    ['criu-ns, all', 'OSError: [Errno 22] The stdin is not a tty for a --shell-job', 'CRIU_NS_SCRIPT'],
    ['criu-ns, all', 'OSError: [Errno 2] No such command', 'CRIU_NS_SCRIPT'],
    ['criu-ns, all', 'OSError: [Errno 22] unshare is not supported on this platform', 'CRIU_NS_SCRIPT'],
    ['criu-ns, all', 'Warn: Search of restored pid for --pidfile option timeouted'],
  ]),
  ...of("NVIDIA's helper and plugin", [
    [
      'all',
      'Error toggling CUDA in process ID 4711: "OS call failed or operation not supported on this OS"',
      'CRIU_CUDA_OS_CALL',
    ],
    [
      'CRIU 4.0 and later',
      '(00.003) Error (cuda_plugin.c:221): cuda_plugin: Failed to launch cuda-checkpoint to retrieve restore tid: Error initializing CUDA: "OS call failed or operation not supported on this OS"',
      'CRIU_CUDA_OS_CALL',
    ],
    [
      'CRIU 4.0 and later',
      '(00.001003) Warn  (cuda_plugin.c:585): cuda_plugin: check that cuda-checkpoint is present in $PATH',
      'CRIU_CUDA_HELPER',
    ],
    [
      'CRIU 4.0 and later',
      '(00.001003) Warn  (cuda_plugin.c:591): cuda_plugin: cuda-checkpoint --action flag not supported, an r555 or higher version driver is required. Disabling CUDA plugin',
      'CRIU_CUDA_DRIVER',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:453): cuda_plugin: PAUSE_DEVICES failed with OS call failed',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:397): cuda_plugin: CHECKPOINT_DEVICES failed with x',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:510): cuda_plugin: RESUME_DEVICES RESTORE failed with x',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:314): cuda_plugin: Failed to get current sigmask for restore tid 69: No such process',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:173): cuda_plugin: cuda-checkpoint exited improperly: 256',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      '(00.413102) Error (cuda_plugin.c:239): cuda_plugin: Unknown CUDA state: x',
      'CRIU_CUDA_ACTION',
    ],
    [
      'CRIU 4.0 and later',
      'criu: symbol lookup error: /usr/lib/criu/cuda_plugin.so: undefined symbol: add_inventory_plugin',
      'CRIU_PLUGIN_LOAD',
    ],
  ]),
];
