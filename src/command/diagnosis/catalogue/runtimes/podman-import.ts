import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_PODMAN_IMPORT',
  phase: 'restore',
  title: 'The archive of podman does not fit here',
  signatures: [
    { text: /(?<why>volume with name \S+ already exists)\. Use --ignore-volumes/ },
    { text: /(?<why>cannot restore pod container without --pod)/ },
    { text: /(?<why>cannot restore non pod container into pod)/ },
    { text: /(?<why>pod \S+ does not share the \w+ namespace)/ },
    { text: /(?<why>container image "[^"]+" requires runtime: "[^"]+")/ },
    {
      text: /(?<why>(?:ID|name) of restored container \(\S+\) does not match requested (?:ID|name) \(\S+\))/i,
    },
    { text: /(?<why>runtime \S+ does not support pod restore)/ },
    {
      text: /(?<why>failed to (?:read "?(?:spec|config|status)\.dump"?|apply root file-system diff file \S+)): .+/,
      confidence: 'likely',
    },
    { text: /(?<why>ProcessLabel and Mountlabel must either not be specified or both specified)/ },
    { text: /(?<why>found illegal string '\.\.' in checkpoint archive)/ },
    { text: /(?<why>unpacking of (?:pre-)?checkpoint archive \S+ failed): .+/i, confidence: 'likely' },
    {
      text: /(?<why>the container name "[^"]+" is already in use)/,
      with: /restore|--import/,
      confidence: 'likely',
    },
  ],
  cause: 'podman cannot restore this archive as it was asked to: {why}.',
  remedies: [
    {
      what: 'A volume or a name that is there already: keep the volume, take another name (then without --tcp-established)',
      where: 'podman',
      command: 'sudo podman container restore --import /tmp/NAME.tar.gz --ignore-volumes --name OTHER',
    },
    {
      what: 'A container of a pod: restore it into a pod that shares the same namespaces (--share); it needs CRIU 3.16 and a crun or runc that can',
      where: 'podman',
      command:
        'sudo podman pod create --name POD --share ipc,net,uts,pid\nsudo podman container restore --import /tmp/NAME.tar.gz --pod POD',
    },
    {
      what: 'Labels: a container with --ipc=host or --pid=host is imported by podman 4 and later; or leave those options out',
      where: 'podman',
      command: 'podman --version',
    },
    {
      what: 'Another runtime: restore with the one that made it',
      where: 'podman',
      command: 'sudo podman --runtime crun container restore --import /tmp/NAME.tar.gz',
    },
    {
      what: 'See what is in the archive',
      where: 'podman',
      command: 'checkpointctl inspect /tmp/NAME.tar.gz',
    },
  ],
  samples: [
    'Error: volume with name data already exists. Use --ignore-volumes to not restore content of volumes',
    'Error: cannot restore pod container without --pod',
    'Error: pod abc does not share the IPC namespace',
    'Error: container image "abc" requires runtime: "runc"',
    'Error: runtime /usr/bin/crun does not support pod restore',
  ],
});
