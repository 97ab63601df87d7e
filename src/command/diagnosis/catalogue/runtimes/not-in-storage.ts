import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_NOT_FOUND',
  phase: 'both',
  title: 'The runtime has no such container',
  signatures: [
    { text: /no container with name or ID "?(?<name>[^"\s]+)"? found/ },
    { text: /no such container or image: (?<name>\S+)/ },
    { text: /^ctr: container "(?<name>[^"]+)" in namespace "(?<namespace>[^"]+)": not found/ },
    { text: /no such container/i, with: /container (?:checkpoint|restore)/, confidence: 'likely' },
    {
      text: /No such container: (?<name2>\S+)/,
      with: /docker.*checkpoint|checkpoint create|response from daemon/,
      confidence: 'likely',
    },
    { text: /^container does not exist$/, confidence: 'likely' },
    {
      text: /(?:^|open(?:ing file)? )`\S*\/(?<name4>[^/\s`]+)\/status`: No such file or directory/,
      confidence: 'likely',
    },
  ],
  cause:
    'The container[[ {name}]] is not in the storage that was asked: each user has one of his own, root too, and Docker, containerd and Kubernetes keep theirs apart (containerd by namespace[[: here {namespace}]]). With --rm it is gone as soon as a checkpoint has ended it.',
  remedies: [
    {
      what: 'Ask both storages; a container of a user must be made anew as root before it can be checkpointed',
      where: 'podman',
      command: 'podman ps -a\nsudo podman ps -a',
    },
    { what: 'See what there is', where: 'docker', command: 'docker ps -a; docker context ls' },
    {
      what: 'Name the namespace: moby for Docker, k8s.io for Kubernetes',
      where: 'containerd',
      command: 'sudo ctr namespaces ls\nsudo ctr -n k8s.io containers ls',
    },
    {
      what: 'Name the root directory of whoever started it (Docker: /run/docker/runtime-runc/moby, containerd: /run/containerd/runc/NAMESPACE)',
      where: 'runc',
      command: 'sudo runc --root /run/containerd/runc/default list',
    },
    { what: 'See what there is', where: 'crun', command: 'sudo crun list' },
  ],
  samples: [
    '$ sudo podman container checkpoint looper\nError: no container with name or ID "looper" found: no such container',
    '$ sudo podman container checkpoint -l\nError: no such container',
    'time="2026-11-28T18:52:04Z" level=error msg="container does not exist"',
    'Error: no container with name or ID "nosuch" found: no such container',
    'Error: no such container or image: nosuch',
    'Error response from daemon: No such container: nosuch',
    'ctr: container "a" in namespace "moby": not found',
    'open `/run/crun/z2/status`: No such file or directory',
  ],
});
