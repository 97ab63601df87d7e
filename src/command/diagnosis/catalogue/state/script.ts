import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SCRIPT',
  phase: 'both',
  title: "A script of the caller's failed",
  rank: 'symptom',
  signatures: [
    { file: 'action-scripts.c', text: /Script (?<script>.+) exited with (?<code>-?\d+)/ },
    {
      file: ['cr-restore.c', 'cr-dump.c', 'img-streamer.c'],
      text: /(?<script>(?:pre|post)-\w+|Pre dump|Pre-stream|Pre-resume|Post-resume) script (?:ret code|failed with) (?<code>-?\d+)/i,
    },
  ],
  cause:
    'The engine runs what its caller gave it at certain steps (--action-script; container runtimes set up the network so), and that[[ ({script})]] failed[[ with {code}]].',
  remedies: [
    {
      what: 'See what the script itself printed, just before this line',
      where: 'criu',
      command: 'criu restore --action-script "sh -x SCRIPT" -v4 …',
    },
    {
      what: "Under a runtime it is the runtime's hook: its log says why",
      where: 'container',
      command: 'journalctl --since -10min -u docker -u containerd -u crio | grep -iE "hook|network|criu"',
    },
  ],
  samples: [
    '(00.113102) Error (criu/action-scripts.c:68): Script /etc/criu/network.sh exited with 256\n(00.113110) Error (criu/action-scripts.c:130): One of more action scripts failed',
    '(00.113102) Error (criu/cr-restore.c:2190): Aborting restore due to post-restore script ret code -1',
  ],
});
