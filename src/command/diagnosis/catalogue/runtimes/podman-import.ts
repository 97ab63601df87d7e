import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_PODMAN_IMPORT',
  phase: 'restore',
  title: 'The archive of podman has what is here already, or other names',
  signatures: [
    { text: /(?<why>volume with name \S+ already exists)\. Use --ignore-volumes/ },
    {
      text: /(?<why>(?:ID|name) of restored container \(\S+\) does not match requested (?:ID|name) \(\S+\))/i,
    },
    { text: /(?<why>ProcessLabel and Mountlabel must either not be specified or both specified)/ },
  ],
  cause: 'podman cannot restore this archive as it was asked to: {why}.',
  remedies: [
    {
      what: 'A volume that is there already: keep what is in it, or remove it first to have that of the archive',
      where: 'podman',
      command: 'sudo podman container restore --import /tmp/NAME.tar.gz --ignore-volumes',
    },
    {
      what: 'Labels: a container with --ipc=host or --pid=host is imported by podman 4 and later; or leave those options out',
      where: 'podman',
      command: 'podman --version',
    },
    {
      what: 'See what is in the archive',
      where: 'podman',
      command: 'checkpointctl inspect /tmp/NAME.tar.gz',
    },
  ],
  samples: [
    'Error: name of restored container (a) does not match requested name (b)',
    'Error: volume with name data already exists. Use --ignore-volumes to not restore content of volumes',
  ],
});
