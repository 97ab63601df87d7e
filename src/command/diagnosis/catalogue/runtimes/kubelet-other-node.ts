import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_KUBELET_NO_POD',
  phase: 'start',
  title: 'This kubelet does not run that pod',
  signatures: [
    { text: /^pod does not exist$/, with: /checkpoint/, confidence: 'likely' },
    { text: /^container (?<container>\S+) does not exist$/, with: /\/checkpoint\//, confidence: 'likely' },
  ],
  cause:
    "A kubelet checkpoints containers of pods on its own node only, by the pod's name and the container's name in the pod, not by their IDs.",
  remedies: [
    {
      what: 'Ask the kubelet of the node that runs the pod, with these names',
      where: 'kubernetes',
      command:
        "kubectl get pod POD -o wide\nkubectl get pod POD -o jsonpath='{.spec.nodeName} {.spec.containers[*].name}'",
    },
  ],
  samples: ['$ curl -X POST https://localhost:10250/checkpoint/default/app/app\npod does not exist'],
});
