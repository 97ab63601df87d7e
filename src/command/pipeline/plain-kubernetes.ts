import { IMAGE_IN_CONTAINER as IMAGE, jsonList, type Recipe, restoreCommand } from './recipe.ts';

/** The number of the user `node` in the official images. */
const USER = 1000;

/**
 * Writes a deployment of what plainDockerfile() builds, in a namespace of any pod security, also `restricted`.
 *
 * @param volume the name of an OCI image that holds the checkpoint, and is mounted; without, it is a layer of the program's
 */
export function plainKubernetes(recipe: Recipe, volume?: string): string {
  const { name, script, port, path } = recipe;
  const probe = path
    ? `httpGet: { path: ${JSON.stringify(path)}, port: ${port} }`
    : `tcpSocket: { port: ${port} }`;
  return [
    `# ${script}, started from a checkpoint. Written by \`crac build --kubernetes\`.`,
    '#',
    ...(volume === undefined ? layerHead(name) : volumeHead(name, volume)),
    '# Where it cannot be restored the container says why, and starts cold.',
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
    `          command: ${jsonList(command(recipe, volume))}`,
    `          ports: [{ containerPort: ${port} }]`,
    '          # A restored program answers only after its afterRestore hooks.',
    `          readinessProbe: { ${probe}, periodSeconds: 1 }`,
    '          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }',
    ...(volume === undefined
      ? []
      : [
          `          volumeMounts: [{ name: checkpoint, mountPath: ${IMAGE}, readOnly: true }]`,
          '      volumes:',
          `        - { name: checkpoint, image: { reference: ${JSON.stringify(volume)} } }`,
        ]),
    '',
  ].join('\n');
}

const layerHead = (name: string): string[] => [
  `# ${name} is the container image of \`crac build --dockerfile\`: the checkpoint is a layer of it, and holds the memory of`,
  '# the program, secrets too.',
];

const volumeHead = (name: string, volume: string): string[] => [
  `# The checkpoint is the image ${volume}, a volume of each pod (Kubernetes 1.36, containerd 2.1); it holds the memory of`,
  `# the program, secrets too. It is taken out of ${name}, which \`crac build --dockerfile\` has built:`,
  `#   printf 'FROM scratch\\nCOPY --from=${name} --chown=${USER} ${IMAGE} /\\n' | docker build --tag ${volume} -`,
];

/** A volume may be mounted noexec: then its own \`restore\` is no program. */
const command = (recipe: Recipe, volume: string | undefined): string[] =>
  volume === undefined
    ? restoreCommand(IMAGE, recipe)
    : ['crac', 'restore', IMAGE, ...restoreCommand(IMAGE, recipe).slice(1)];
