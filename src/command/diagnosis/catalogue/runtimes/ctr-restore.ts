import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CTR_CHECKPOINT',
  phase: 'restore',
  title: 'The checkpoint of containerd lacks what the restore asks for',
  signatures: [
    { text: /^ctr: (?<why>media type not found)/ },
    { text: /^(?<why>media type not found)/, confidence: 'likely' },
    {
      text: /^(?:ctr: )?(?<why>(?:image|runtime) name not (?:found|present) in index)/,
      confidence: 'likely',
    },
  ],
  cause:
    'An image that `ctr containers checkpoint` writes holds only what it was told to ({why}): the running process with --task, the changed files with --rw, the base image with --image; an ordinary image holds none of it, and containerd 1.6 may write one without the process even with --task.',
  remedies: [
    {
      what: 'Write all three, and restore with the options that were given',
      where: 'containerd',
      command:
        'sudo ctr containers checkpoint --rw --image --task CONTAINER checkpoint/app:1\nsudo ctr containers restore --rw --live NEW_CONTAINER checkpoint/app:1',
    },
    {
      what: 'See what is in it: a line "vnd.containerd.container.criu" is the process',
      where: 'containerd',
      command:
        'sudo ctr content get "$(sudo ctr images ls | awk \'$1 == "checkpoint/app:1" {print $3}\')" | tr , \'\\n\' | grep mediaType',
    },
    {
      what: 'Where the process is missing: let runc write the checkpoint into a directory, and restore it with runc',
      where: 'containerd',
      command:
        'sudo ctr tasks checkpoint --image-path /tmp/image --work-path /tmp/work CONTAINER\nls /tmp/image/inventory.img',
    },
  ],
  samples: [
    'ctr: media type not found',
    'ctr: image name not found in index',
    'image name not present in index',
  ],
});
