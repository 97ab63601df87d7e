import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_IMAGE_NOT_CHECKPOINT',
  phase: 'restore',
  title: 'The runtime took the checkpoint for an ordinary image',
  signatures: [
    {
      text: /(?:Error: |desc = )no command specified/,
      with: /checkpoint|restor/i,
      confidence: 'likely',
    },
  ],
  cause:
    "The image holds a checkpoint's archive and no program, and was started like any other: the annotation that marks it is missing or is not the one that this runtime looks for, or the runtime does not restore (CRI-O does since 1.25, containerd from 2.1 to 2.3).",
  remedies: [
    {
      what: 'Build it with the annotations that CRI-O and containerd look for, and look at it',
      where: 'kubernetes',
      command:
        'newcontainer=$(buildah from scratch)\nbuildah add $newcontainer checkpoint.tar /\nbuildah config --annotation=io.kubernetes.cri-o.annotations.checkpoint.name=NAME $newcontainer\nbuildah config --annotation=org.criu.checkpoint.container.name=NAME $newcontainer\nbuildah commit $newcontainer checkpoint-image:latest\nbuildah inspect checkpoint-image:latest | grep checkpoint',
    },
    {
      what: 'Restore with a runtime that can, and with its support for CRIU on: enable_criu_support = true',
      where: 'crio',
      command: 'crio config 2>/dev/null | grep enable_criu_support',
    },
  ],
  tells: [{ what: 'Which runtime the node has', command: 'kubectl get nodes -o wide' }],
  samples: [
    'Container image "localhost/checkpoint-image:latest" already present on machine\nError: no command specified',
  ],
});
