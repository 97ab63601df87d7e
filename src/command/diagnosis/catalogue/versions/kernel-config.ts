import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_KERNEL_CONFIG',
  phase: 'start',
  title: 'The kernel was built without what checkpoints need',
  signatures: [
    {
      file: 'cr-check.c',
      text: /(?<what>\/proc\/<pid>\/map_files|(?<!\S)\S+ sysctl|\/proc\/sys\/kernel\/sem_next_id) (?:sysctl )?is inaccessible(?:: (?<why>(?!Read-only|Permission|Operation).+))?$/,
    },
    {
      file: ['util.c', 'proc_parse.c'],
      text: /Can't open (?<what>\d+\/task\/\d+\/children) on procfs: No such file or directory/,
      confidence: 'likely',
    },
    { file: 'cr-check.c', text: /(?<what>clone3\(\) with set_tid) not supported/, confidence: 'likely' },
    { text: /^Does not look good\./, confidence: 'likely' },
  ],
  explains: [/^Does not look good/],
  cause:
    'This kernel lacks {what|something} that CRIU needs: it was built without CONFIG_CHECKPOINT_RESTORE or a neighbour of it (CONFIG_PROC_CHILDREN for `children`, where the process has not just ended; some kernels of WSL, LinuxKit and small boards are).',
  remedies: [
    {
      what: 'See what is missing, and use another kernel (those of the distributions have it)',
      where: 'machine',
      command: "criu check --all\nzgrep -E 'CHECKPOINT_RESTORE|PROC_CHILDREN|USERFAULTFD' /proc/config.gz",
    },
  ],
  samples: [
    '(00.000211) Error (criu/cr-check.c:124): /proc/<pid>/map_files is inaccessible: No such file or directory\nDoes not look good.',
    'Error (criu/cr-check.c:160): sys/kernel/ns_last_pid sysctl is inaccessible: No such file or directory',
  ],
});
