import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_POLICY_FILE',
  phase: 'checkpoint',
  title: 'The file of policies is wrong',
  signatures: [
    { text: /Invalid rule in policies file (?<path>\S+) on lines? (?<lines>[\d-]+): (?<why>.+)/ },
    { text: /File (?<path>\S+) used in property jdk\.crac\.resource-policies does not exist/ },
  ],
  cause: 'The policies in {path} cannot be used[[ (lines {lines}: {why})]].',
  remedies: [
    {
      what: 'Each rule has `type` (file, pipe, socket, filedescriptor) and `action` (error, ignore, close, reopen); rules are separated by a line with ---',
      where: 'java',
      command: 'type: file\npath: /var/log/app.log\naction: reopen',
    },
  ],
  samples: ["Invalid rule in policies file /app/policies.yaml on lines 1-3: no 'action'"],
});
