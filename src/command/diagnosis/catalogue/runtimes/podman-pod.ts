import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_PODMAN_POD',
  phase: 'restore',
  title: 'A container of a pod is restored without one, or the other way round',
  signatures: [
    { text: /(?<why>cannot restore pod container without --pod)/ },
    { text: /(?<why>cannot restore non pod container into pod)/ },
    { text: /(?<why>pod \S+ does not share the \w+ namespace)/ },
    { text: /(?<why>runtime \S+ does not support pod restore)/ },
  ],
  cause:
    'A container that shared the namespaces of a pod can be restored only into a pod that shares the same ones, and one that was alone only alone: {why}.',
  remedies: [
    {
      what: 'From a pod: make one that shares the same namespaces (--share); it needs CRIU 3.16 and a crun or runc that can',
      where: 'podman',
      command:
        'sudo podman pod create --name POD --share ipc,net,uts,pid\nsudo podman container restore --import /tmp/NAME.tar.gz --pod POD',
    },
    {
      what: 'Not from a pod: leave --pod out',
      where: 'podman',
      command: 'sudo podman container restore --import /tmp/NAME.tar.gz --name OTHER',
    },
  ],
  samples: [
    'Error: cannot restore pod container without --pod',
    'Error: cannot restore non pod container into pod',
    'Error: pod abc does not share the IPC namespace',
    'Error: runtime /usr/bin/crun does not support pod restore',
  ],
});
