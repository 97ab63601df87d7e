import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_OTHER_RUNTIME',
  phase: 'restore',
  title: 'The checkpoint was made with another runtime',
  signatures: [
    {
      text: /checkpoint archive (?<archive>\S+) was created with runtime '(?<made>[^']+)' and cannot be restored with runtime '(?<used>[^']+)'/,
    },
    { text: /container image "(?<image>[^"]+)" requires runtime: "(?<made>[^"]+)"/ },
  ],
  cause:
    'The checkpoint was made with {made}[[, and {used} was to restore it]]: runc and crun tell the engine about mounts and namespaces in different ways, so each can restore only its own.',
  remedies: [
    {
      what: 'Restore with the runtime that made it; --runtime stands before the subcommand',
      where: 'podman',
      command: 'sudo podman --runtime {made} container restore --import {archive|/tmp/NAME.tar.gz}',
    },
    {
      what: 'Or start the container with the runtime of the other machine from the beginning, and checkpoint it then',
      where: 'podman',
      command:
        "podman info -f '{{.Host.OCIRuntime.Name}}'\nsudo podman --runtime {used|crun} run -d --name NAME IMAGE",
    },
  ],
  samples: [
    "Error: checkpoint archive cp.tar.gz was created with runtime 'runc' and cannot be restored with runtime 'crun'",
    'Error: container image "abc" requires runtime: "runc"',
  ],
});
