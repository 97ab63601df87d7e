import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_WITHOUT_CRIU',
  phase: 'both',
  title: 'The container runtime was built without CRIU',
  signatures: [
    {
      text: /unknown command (?<command>checkpoint|restore)\b/,
      with: /crun|podman|checkpoint/,
      confidence: 'certain',
    },
    { text: /(?<runtime>crun|configured runtime|runtime) does not support checkpoint\/restore/i },
    { text: /(?<runtime>runc) binary has not been compiled with checkpoint\/restore support/ },
  ],
  cause:
    'The container runtime was built without CRIU and can neither checkpoint nor restore: crun of Debian 12 is such (podman finds out by asking `crun checkpoint --help`), and so is a runc built with the tag runc_nocriu.',
  remedies: [
    {
      what: 'Take runc, which calls the criu that is installed; the container must be started with it',
      where: 'podman',
      command:
        'sudo apt-get install runc criu || sudo dnf install runc criu\nsudo podman --runtime runc run -d --name NAME IMAGE\nsudo podman --runtime runc container checkpoint NAME',
    },
    {
      what: 'Take runc, or a crun that has +CRIU',
      where: 'container',
      command:
        'crun --version | grep -o +CRIU\nsudo apt-get install runc criu || sudo dnf install crun criu-libs',
    },
    {
      what: 'Let CRI-O use runc: default_runtime = "runc" in [crio.runtime]',
      where: 'crio',
      command:
        'printf \'[crio.runtime]\\ndefault_runtime = "runc"\\n[crio.runtime.runtimes.runc]\\n\' | sudo tee /etc/crio/crio.conf.d/90-runc.conf\nsudo systemctl restart crio',
    },
    {
      what: 'Run crac inside the container: the runtime is not asked then',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  tells: [{ what: 'What the runtime was built with: +CRIU must be there', command: 'crun --version' }],
  samples: [
    'unknown command checkpoint',
    'Error: configured runtime does not support checkpoint/restore',
    'this runc binary has not been compiled with checkpoint/restore support enabled (runc_nocriu)',
    'Error response from daemon: Cannot checkpoint container cr: /usr/local/bin/crun did not terminate sucessfully: unknown command checkpoint path= /run/containerd/io.containerd.runtime.v1.linux/moby/2703/criu-dump.log: unknown',
  ],
});
