import { IMAGE_IN_CONTAINER as IMAGE, jsonList, type Recipe, restoreCommand } from './recipe.ts';

/** The number of the user `node` in the official images. */
const USER = 1000;

/** Writes a deployment of what plainDockerfile() builds, in a namespace of any pod security, also `restricted`. */
export function plainKubernetes(recipe: Recipe): string {
  const { name, script, port, path } = recipe;
  const probe = path
    ? `httpGet: { path: ${JSON.stringify(path)}, port: ${port} }`
    : `tcpSocket: { port: ${port} }`;
  return [
    `# ${script}, started from a checkpoint. Written by \`crac build --kubernetes\`.`,
    '#',
    `# ${name} is the container image of \`crac build --dockerfile\`: the checkpoint is a layer of it. It holds the memory of`,
    '# the program, secrets too. Where it cannot be restored the container says why, and starts cold.',
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  replicas: 2',
    `  selector: { matchLabels: { app: ${name} } }`,
    '  template:',
    `    metadata: { labels: { app: ${name} } }`,
    '    spec:',
    '      automountServiceAccountToken: false',
    '      securityContext:',
    `        { runAsNonRoot: true, runAsUser: ${USER}, runAsGroup: ${USER}, seccompProfile: { type: RuntimeDefault } }`,
    '      containers:',
    '        - name: app',
    `          image: ${name}`,
    `          command: ${jsonList(restoreCommand(IMAGE, recipe))}`,
    `          ports: [{ containerPort: ${port} }]`,
    '          # A restored program answers only after its afterRestore hooks.',
    `          readinessProbe: { ${probe}, periodSeconds: 1 }`,
    '          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }',
    '',
  ].join('\n');
}
