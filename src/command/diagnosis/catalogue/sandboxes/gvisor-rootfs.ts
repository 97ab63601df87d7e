import { entry } from '../../entry.ts';

export default entry({
  code: 'GVISOR_ROOTFS_CHANGED',
  phase: 'restore',
  title: 'gVisor: the files of the container are not as they were',
  signatures: [
    {
      text: /failed to complete restore for filesystem type "(?<type>[^"]*)": (?<why>.+)/,
      confidence: 'likely',
    },
    { text: /failed to re-create deleted file "(?<path>[^"]*)": (?<why>.+)/ },
  ],
  cause:
    'The restore found another state of the container’s files than the checkpoint had ({why}): the root file system and volumes must be carried along as they were at that moment, and not be used in between.',
  remedies: [
    {
      what: 'Copy root file system and volumes at the moment of the checkpoint, and restore each copy once',
      where: 'gvisor',
      command: 'rsync -a --delete ROOTFS/ COPY/',
    },
    {
      what: 'Or keep changes in the sandbox: they are part of the checkpoint',
      where: 'gvisor',
      command: 'runsc --overlay2=root:self …',
    },
  ],
  samples: [
    'failed to load kernel: vfs.CompleteRestore() failed: failed to complete restore for filesystem type "9p": failed to re-create deleted file "root/x": file exists',
  ],
});
