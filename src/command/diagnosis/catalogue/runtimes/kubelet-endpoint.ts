import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_KUBELET_ENDPOINT',
  phase: 'start',
  title: "The kubelet's checkpoint API is switched off",
  signatures: [
    { text: /404 page not found/, with: /\/checkpoint\/|ContainerCheckpoint|:10250/, confidence: 'likely' },
    { text: /unrecognized feature gate: "?(?<gate>CheckpointContainer|ContainerCheckpoint)"?/ },
    { text: /(?:405:? )?Method Not Allowed|returned error: 405/i, with: /\/checkpoint\// },
  ],
  cause:
    'The kubelet does not answer at /checkpoint: the feature gate is called ContainerCheckpoint[[ (not {gate})]], is a setting of the kubelet and not of the API server, exists since Kubernetes 1.25, is off in 1.25 to 1.29 and on since 1.30; and it is asked with POST.',
  remedies: [
    {
      what: "Switch it on in the kubelet's configuration on the node that runs the pod, below featureGates",
      where: 'kubernetes',
      command:
        'grep -n -A5 featureGates /var/lib/kubelet/config.yaml   # must have: ContainerCheckpoint: true\nsudo systemctl restart kubelet',
    },
    {
      what: 'Ask with POST, on that node, with the certificate of the API server',
      where: 'kubernetes',
      command:
        'sudo curl -X POST --cacert /etc/kubernetes/pki/ca.crt \\\n  --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key /etc/kubernetes/pki/apiserver-kubelet-client.key \\\n  https://localhost:10250/checkpoint/NAMESPACE/POD/CONTAINER',
    },
  ],
  tells: [
    {
      what: 'Which gates this kubelet has on',
      command:
        "kubectl get --raw /api/v1/nodes/NODE/proxy/metrics | grep 'feature_enabled.*ContainerCheckpoint'",
    },
  ],
  samples: [
    '$ curl -X POST https://localhost:10250/checkpoint/default/pod/app\n404 page not found',
    'kubelet[111838]: E0908 15:14:01.860828  111838 run.go:74] "command failed" err="failed to set feature gates from initial flags-based config: unrecognized feature gate: CheckpointContainer"',
  ],
});
