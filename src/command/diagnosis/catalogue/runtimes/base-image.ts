import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_BASE_IMAGE',
  phase: 'restore',
  title: 'The image that the container was made from is not on this machine',
  signatures: [
    { text: /failed to pull checkpoint base image (?<image>\S+): (?<why>.+)/ },
    {
      text: /(?:initializing source|unable to copy from source) docker:\/\/(?<image>[^\s:]+(?::\d+\/[^\s:]+)?(?::[^\s:]+)?)/,
      with: /container restore|checkpoint/,
      confidence: 'likely',
    },
    {
      text: /Error: (?<image>\S+): image not known$/,
      with: /container restore|checkpoint/,
      confidence: 'likely',
    },
  ],
  cause:
    'A checkpoint holds memory and changed files, not the file system below them: that is the image[[ {image}]], which this machine (or this user: root and others have storages of their own) does not have and cannot fetch[[: {why}]].',
  remedies: [
    {
      what: 'Bring the image from the machine where the container ran, under the same name',
      where: 'podman',
      command: 'sudo podman save IMAGE | ssh OTHER sudo podman load',
    },
    {
      what: 'Or fetch it from its registry, by its digest if the tag has moved since',
      where: 'podman',
      command: 'sudo podman login REGISTRY\nsudo podman pull IMAGE',
    },
    {
      what: 'See which image the archive asks for',
      where: 'podman',
      command: 'checkpointctl show /tmp/NAME.tar.gz',
    },
    {
      what: 'Bring the image into the storage that the kubelet looks at',
      where: 'containerd',
      command: 'sudo ctr -n k8s.io images pull IMAGE',
    },
  ],
  samples: [
    'failed to pull checkpoint base image docker.io/library/a@sha256:1: not found',
    '$ sudo podman container restore --import /tmp/a.tar.gz\nTrying to pull localhost/a:latest...\nError: initializing source docker://localhost/a:latest: pinging container registry localhost: Get "https://localhost/v2/": dial tcp [::1]:443: connect: connection refused',
    '$ sudo podman container restore --import /tmp/a.tar.gz\nError: localhost/a:latest: image not known',
  ],
});
