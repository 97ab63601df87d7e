import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_NAME_TAKEN',
  phase: 'restore',
  title: 'A container of that name or ID is there already',
  signatures: [
    { text: /(?<what>container with given ID) already exists/ },
    { text: /container `(?<name>[^`]+)` already exists/ },
    {
      text: /(?:creating container storage: )?the container name "(?<name>[^"]+)" is already in use by "?(?<id>\w+)/,
    },
    { text: /creating container storage: that (?<what>ID|name) is already in use/ },
    { text: /^ctr: (?:snapshot|container) "(?<name>[^"]+)": already exists/ },
  ],
  cause:
    'The restore makes a container anew, and one with this name or ID[[ ({name})]] exists: the one that was checkpointed and stands still, a copy that runs, or what a failed restore has left behind.',
  remedies: [
    {
      what: 'Give the copy another name; it gets an ID of its own then (not possible with --tcp-established)',
      where: 'podman',
      command: 'sudo podman container restore --import /tmp/NAME.tar.gz --name OTHER',
    },
    {
      what: 'Or remove the old one, with what it has changed in its files, and restore under its own name',
      where: 'podman',
      command:
        'sudo podman ps -a\nsudo podman rm {id|NAME}\nsudo podman container restore --import /tmp/NAME.tar.gz',
      cost: 'what the old container has in its file system is gone, unless the archive has it (without --ignore-rootfs it does)',
    },
    {
      what: 'Take another ID, or remove what is left of the old one',
      where: 'runc',
      command: 'sudo runc list\nsudo runc delete ID',
    },
    {
      what: 'Take another ID, or remove what is left: a restore that failed leaves its entry, too',
      where: 'crun',
      command: 'sudo crun list\nsudo crun delete --force {name|ID}',
      cost: 'ends the container if it runs',
    },
    {
      what: 'Take another ID; a restore that failed has left its container and its snapshot',
      where: 'containerd',
      command: 'sudo ctr containers rm {name|ID}\nsudo ctr snapshots rm {name|ID}',
    },
  ],
  samples: [
    'time="2026-11-29T04:29:36Z" level=error msg="container with given ID already exists"',
    'container `z2` already exists',
    'Error: creating container storage: that ID is already in use',
    'Error: creating container storage: the container name "old" is already in use by 34ff281f0332. You have to remove that container to be able to reuse that name: that name is already in use',
    'ctr: snapshot "b": already exists',
  ],
});
