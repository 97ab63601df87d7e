import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_TIMEOUT',
  phase: 'both',
  title: 'Whoever asked for the checkpoint did not wait until it was done',
  rank: 'symptom',
  signatures: [
    { text: /checkpoint.*(?:code = DeadlineExceeded|context deadline exceeded)/i, confidence: 'likely' },
    {
      text: /(?:code = DeadlineExceeded|context deadline exceeded)/,
      with: /CheckpointContainer|\/checkpoint\/|checkpointing (?:of|container)/,
      confidence: 'likely',
    },
    { text: /RestoreCtr: context was either canceled or the deadline was exceeded/, confidence: 'likely' },
  ],
  cause:
    'The call had a time limit (that of the kubelet is 2 minutes unless set), and writing the memory of the program took longer.',
  remedies: [
    {
      what: 'Name a longer one, in seconds, for this call',
      where: 'kubernetes',
      command:
        'sudo curl -X POST --cacert /etc/kubernetes/pki/ca.crt \\\n  --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key /etc/kubernetes/pki/apiserver-kubelet-client.key \\\n  "https://localhost:10250/checkpoint/NAMESPACE/POD/CONTAINER?timeout=600"',
    },
    {
      what: 'Or for all: runtimeRequestTimeout in the configuration of the kubelet',
      where: 'kubernetes',
      command: 'grep -n runtimeRequestTimeout /var/lib/kubelet/config.yaml\nsudo systemctl restart kubelet',
    },
    {
      what: 'Without Kubernetes: a longer one for ctr',
      where: 'containerd',
      command: 'sudo ctr --timeout 10m containers checkpoint --task CONTAINER checkpoint/app:1',
    },
    {
      what: "CRIU's own limit for stopping the program (10 s) is raised in its configuration",
      where: 'container',
      command: "echo 'timeout 120' | sudo tee -a /etc/criu/runc.conf /etc/criu/crun.conf",
    },
  ],
  samples: [
    'checkpointing of default/app/app failed (rpc error: code = DeadlineExceeded desc = context deadline exceeded)',
  ],
});
