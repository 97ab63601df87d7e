import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TIMEOUT',
  phase: 'checkpoint',
  title: "The engine's own time limit passed",
  signatures: [
    { file: 'cr-dump.c', text: /Timeout reached\. Try to interrupt: \d+/ },
    { file: 'cr-dump.c', text: /FATAL: Unable to interrupt the current operation/ },
  ],
  near: [/(?:pausing devices on|freeze|seize|Seized task|Collecting|interrupt task:?) \D*(?<pid>\d+)/i],
  explains: [
    /Timeout reached/,
    /Unable to interrupt/,
    /BUG at/,
    /cuda_plugin|cuda-checkpoint|Interrupted system call/,
    /Unable to detach/,
  ],
  cause:
    'Stopping the program took longer than the engine waits (10 seconds, --timeout): a process of it waits in the kernel for a device or a network file system and cannot be stopped, or there are very many.',
  remedies: [
    byConf('Give it longer', 'timeout 120', 'the program stands still so long'),
    {
      what: 'Give it longer',
      where: 'criu',
      command: 'criu dump --timeout 120 …',
      cost: 'the program stands still so long',
    },
    {
      what: 'Give it longer',
      where: 'java',
      command: "java -XX:CRaCEngineOptions=args='--timeout 120' -XX:CRaCCheckpointTo=DIR …",
      cost: 'the program stands still so long',
    },
    {
      what: 'Give it longer',
      where: 'crac',
      command: 'crac checkpoint TARGET --engine-option=--timeout --engine-option=120',
      cost: 'the program stands still so long',
    },
    {
      what: 'Or bring the process that does not stop to rest, and try again',
      where: 'machine',
      command: "ps -eo pid,stat,wchan:30,comm | awk '$2 ~ /D/'",
    },
  ],
  tells: [
    {
      what: 'Who did not stop: processes that wait in the kernel (state D)',
      command: "ps -eo pid,stat,wchan:30,comm | awk '$2 ~ /D/'",
    },
  ],
  samples: [
    '(10.002110) Error (criu/cr-dump.c:1808): Timeout reached. Try to interrupt: 0\n(10.002200) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
