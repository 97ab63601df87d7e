import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_MEMORY_TRACKING',
  phase: 'start',
  title: 'Memory cannot be dumped beforehand here',
  signatures: [
    { text: /(?:CRIU )?memory tracking not supported/i },
    { text: /does not support memory tracking/ },
    { text: /criu is missing features: \[(?:\w+ )*MemTrack/i },
    { text: /^CRIU is missing features$/, confidence: 'likely' },
  ],
  cause:
    'A checkpoint in several steps (--pre-dump, --pre-checkpoint, --with-previous) needs a kernel that marks written memory (CONFIG_MEM_SOFT_DIRTY; arm64, virtual machines of WSL and some cloud kernels have it not) and a CRIU that can use it.',
  remedies: [
    {
      what: 'Make the checkpoint in one step',
      where: 'podman',
      command: 'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME',
    },
    {
      what: 'Make the checkpoint in one step',
      where: 'runc',
      command: 'sudo runc checkpoint --image-path DIR ID',
    },
    {
      what: 'See whether the kernel has it',
      where: 'machine',
      command: 'criu check --feature mem_dirty_track',
    },
  ],
  samples: [
    'time="2026-11-29T04:38:37Z" level=error msg="criu is missing features: [MemTrack]"',
    'time="2026-11-29T04:26:21Z" level=error msg="CRIU is missing features"',
    'Error: system (architecture/kernel/CRIU) does not support memory tracking',
    'crun: CRIU memory tracking not supported',
    'Memory tracking not supported. Please check CRIU logfile /tmp/work/dump.log',
  ],
});
