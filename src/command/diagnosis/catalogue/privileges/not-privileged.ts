import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NO_PRIVILEGE',
  phase: 'start',
  title: 'The engine has no privilege to work',
  signatures: [
    { text: /You need to be root to run this command/ },
    {
      text: /CRIU needs to have the CAP_SYS_ADMIN or the CAP_CHECKPOINT_RESTORE capability/,
      levels: ['error', 'plain', 'debug'],
    },
    { text: /Running as non-root requires '--unprivileged'/, levels: ['error', 'plain', 'debug'] },
  ],
  cause:
    'CRIU was started by an ordinary user without the capability CAP_CHECKPOINT_RESTORE (or CAP_SYS_ADMIN), or without --unprivileged.',
  remedies: [
    {
      what: 'Let crac do it: for an ordinary user it makes a user namespace, in which no privilege is needed',
      where: 'crac',
      command: 'crac run --image DIR app.js',
      cost: 'the image can then be restored by the same user only',
    },
    {
      what: 'Give the binary the two capabilities and start it with --unprivileged',
      where: 'criu',
      command:
        'sudo setcap cap_checkpoint_restore,cap_setpcap+eip "$(command -v criu)"\ncriu dump --unprivileged …',
      cost: 'everybody who may run that binary can then dump and restore',
    },
    { what: 'Run it as root', where: 'criu', command: 'sudo criu …' },
    {
      what: 'Add the capability',
      where: 'container',
      command: 'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE …',
    },
    {
      what: 'Give the container the capability, and let the engine take it up: it lies in the image as a file with capabilities, which no_new_privileges and allowPrivilegeEscalation: false make void',
      where: 'kubernetes',
      command:
        "cat <<'END' | kubectl patch deployment NAME --patch-file /dev/stdin\nspec:\n  template:\n    spec:\n      containers:\n      - name: NAME\n        securityContext:\n          allowPrivilegeEscalation: true\n          capabilities:\n            add: [CHECKPOINT_RESTORE, SETPCAP]\nEND",
      cost: 'a program of the container may then raise its rights by files with capabilities or the SUID bit',
    },
    {
      what: 'Start the container with what its engine needs',
      where: 'liberty',
      command:
        'podman run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP --security-opt seccomp=criuRequiredSysCalls.json …',
    },
    {
      what: 'Make the engine that lies beside java owned by root with the SUID bit',
      where: 'java',
      command: 'sudo chown root:root "$JAVA_HOME/lib/criu"\nsudo chmod u+s "$JAVA_HOME/lib/criu"',
      cost: "anybody who may run it gets root's rights in it",
    },
  ],
  samples: [
    'CRIU needs to have the CAP_SYS_ADMIN or the CAP_CHECKPOINT_RESTORE capability: \nsetcap cap_checkpoint_restore+eip /usr/sbin/criu',
    "Running as non-root requires '--unprivileged'\nPlease consult the documentation for limitations when running as non-root",
    'You need to be root to run this command',
  ],
});
