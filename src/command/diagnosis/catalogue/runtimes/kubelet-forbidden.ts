import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_KUBELET_FORBIDDEN',
  phase: 'start',
  title: 'The kubelet refuses whoever asks for the checkpoint',
  signatures: [
    {
      text: /Forbidden \(user=(?<user>[^,]+), verb=create, resource=nodes, subresource(?:s)?[=(]?.*checkpoint/,
    },
    {
      text: /Forbidden \(user=(?<user>[^,]+), verb=\w+, resource=nodes/,
      with: /\/checkpoint\/|checkpoint/,
      confidence: 'likely',
    },
    { text: /^Unauthorized$/, with: /\/checkpoint\//, confidence: 'likely' },
  ],
  cause:
    'The checkpoint API of the kubelet wants somebody who may create nodes/checkpoint (older versions ask for nodes/proxy), and {user|whoever asked} may not.',
  remedies: [
    {
      what: "Ask with the API server's own client certificate, on the node of the control plane",
      where: 'kubernetes',
      command:
        'sudo curl -X POST --cacert /etc/kubernetes/pki/ca.crt \\\n  --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key /etc/kubernetes/pki/apiserver-kubelet-client.key \\\n  https://NODE:10250/checkpoint/NAMESPACE/POD/CONTAINER',
    },
    {
      what: 'Or give a role to whoever asks',
      where: 'kubernetes',
      command:
        'kubectl create clusterrole checkpointer --verb=create --resource=nodes/checkpoint,nodes/proxy\nkubectl create clusterrolebinding checkpointer --clusterrole=checkpointer --user={user|USER}',
      cost: 'nodes/proxy lets him run commands in every pod of a node',
    },
  ],
  samples: ['Forbidden (user=system:anonymous, verb=create, resource=nodes, subresource=checkpoint)'],
});
