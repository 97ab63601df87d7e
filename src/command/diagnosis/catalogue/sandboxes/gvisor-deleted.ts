import { entry } from '../../entry.ts';

export default entry({
  code: 'GVISOR_DELETED_FILE',
  phase: 'checkpoint',
  title: 'gVisor: a deleted file that is in use cannot be saved',
  signatures: [{ text: /dentry\("(?<path>[^"]*)"\)\.prepareSaveDead: (?<why>.*?)(?:\\n)?$/ }],
  cause:
    'A program of the sandbox holds {path} open, which is deleted, and the checkpoint cannot take it along: {why}. Only with --overlay2=none do files of the sandbox lie on the host.',
  remedies: [
    {
      what: 'Take the overlay in memory, which is what runsc does by itself: its changes are part of the checkpoint',
      where: 'gvisor',
      command: 'runsc --overlay2=root:self …',
    },
    { what: 'Or have the program close it before the checkpoint', where: 'program' },
    {
      what: 'Or take a newer runsc, which saves deleted directories too',
      where: 'gvisor',
      command: 'runsc --version',
    },
  ],
  samples: [
    'checkpointing container "hello": gofer.dentry("var/lib/x").prepareSaveDead: only regular deleted dentries can be saved, got S_IFDIR|0o700',
  ],
});
