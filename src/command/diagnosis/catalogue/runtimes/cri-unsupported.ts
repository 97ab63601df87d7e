import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CRI_UNSUPPORTED',
  phase: 'start',
  title: 'The container runtime of the node has no checkpoint call',
  signatures: [
    { text: /unknown method CheckpointContainer for service runtime\.(?<api>v\w+)\.RuntimeService/ },
    { text: /method CheckpointContainer not implemented/ },
    {
      text: /checkpointing .*(?:unimplemented|not implemented)/i,
      confidence: 'likely',
    },
  ],
  cause:
    'The kubelet asked its runtime for a checkpoint, and the runtime does not have that call: containerd has it since 2.0 (1.7 and earlier have not), CRI-O since 1.25; sandboxes (gVisor, Kata) have none or their own.',
  remedies: [
    {
      what: 'See which runtime the node has, and update it: containerd to 2.0 or later, CRI-O to 1.25 or later',
      where: 'kubernetes',
      command: 'kubectl get nodes -o wide',
    },
    {
      what: 'Update it',
      where: 'containerd',
      command: 'containerd --version\nsudo apt-get install --only-upgrade containerd.io',
    },
    {
      what: 'Or checkpoint below Kubernetes, which restores nothing by itself',
      where: 'containerd',
      command: 'sudo ctr -n k8s.io tasks checkpoint --image-path /tmp/image CONTAINER_ID',
    },
    { what: 'Or run crac inside of the container', where: 'crac', command: 'crac run --image DIR app.js' },
  ],
  samples: [
    'checkpointing of default/nginx-deployment-69747bc944-79qqz/nginx failed (rpc error: code = Unimplemented desc = unknown method CheckpointContainer for service runtime.v1.RuntimeService)',
    'rpc error: code = Unimplemented desc = method CheckpointContainer not implemented',
  ],
});
