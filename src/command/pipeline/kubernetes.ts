import type { Operation } from '../doctor/finding.ts';
import { recipeNamed } from '../doctor/recipes.ts';
import { makeProfile, NODES, securityContext, setting, USER_NAMESPACE } from '../doctor/settings.ts';
import { jsonList, type Recipe, restoreCommand, shellWords } from './recipe.ts';

const VOLUME = '/srv/crac';
const IMAGE = `${VOLUME}/v1`;

/** The settings of an ordinary user, by whom the image is made and restored: then no capability is needed. */
const SETTINGS = recipeNamed('user');
const USER = SETTINGS.user;

const indent = (spaces: number, lines: string[]): string[] =>
  lines.map((line) => `${' '.repeat(spaces)}${line}`);

/** Writes a claim and a deployment; comments say what must be changed. */
export function kubernetes(recipe: Recipe): string {
  const { name, script, words, port } = recipe;
  const build = `test -e ${IMAGE}/manifest.json || exec crac build --image ${IMAGE} ${shellWords(words)}`;
  const container = (operation: Operation, mount: string) =>
    indent(10, [
      `securityContext:`,
      ...indent(2, ['allowPrivilegeEscalation: false', ...securityContext(SETTINGS[operation])]),
      `volumeMounts: [{ name: crac, mountPath: ${VOLUME}${mount} }]`,
    ]);
  return [
    `# ${script}, started from a checkpoint. Written by \`crac build --kubernetes\`.`,
    '#',
    `# ${name}:cold is the container image of \`crac build --dockerfile\`. The first pod makes the checkpoint on the volume,`,
    '# in its init container; later pods, and containers that are started again, find it there. No capability is needed.',
    '# A new version of the application, of Node or of the container image needs another directory: replace v1 everywhere.',
    '#',
    '# The program runs under a seccomp profile. Put it where the nodes keep theirs:',
    `#   docker run --rm ${name}:cold ${makeProfile('user')}   # ${NODES}`,
    '#',
    '# The image holds the memory of the program, secrets too: let nobody else read the volume. It is restored on the kind',
    '# of CPU that it was made on. Needs Kubernetes 1.33 (user namespaces), and a namespace whose pod security allows it.',
    'apiVersion: v1',
    'kind: PersistentVolumeClaim',
    'metadata:',
    `  name: ${name}-crac`,
    'spec:',
    '  accessModes: [ReadWriteOnce] # one node; ReadWriteMany for several',
    '  resources: { requests: { storage: 1Gi } } # as large as the memory of the program',
    '---',
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  replicas: 1',
    `  selector: { matchLabels: { app: ${name} } }`,
    '  template:',
    `    metadata: { labels: { app: ${name} } }`,
    '    spec:',
    `      hostUsers: false # ${USER_NAMESPACE}`,
    '      automountServiceAccountToken: false',
    `      securityContext: { runAsNonRoot: true, runAsUser: ${USER}, runAsGroup: ${USER}, fsGroup: ${USER} }`,
    '      initContainers:',
    '        - name: checkpoint',
    `          image: ${name}:cold`,
    '          # exec: so that the end of the pod reaches `crac build`, which then leaves nothing half done.',
    `          command: ${jsonList(['sh', '-c', build])}`,
    ...container('checkpoint', ''),
    '      containers:',
    '        - name: app',
    `          image: ${name}:cold`,
    '          # Where the image cannot be used, it says why, and starts cold.',
    `          command: ${jsonList(restoreCommand(IMAGE, recipe))}`,
    `          ports: [{ containerPort: ${port} }]`,
    `          readinessProbe: { tcpSocket: { port: ${port} }, periodSeconds: 1 }`,
    ...container('restore', ', readOnly: true'),
    '          # Where the nodes have AppArmor, both containers need also',
    ...setting('kubernetes', 'lsm-off').map((line) => `          #   ${line}`),
    '      volumes:',
    `        - { name: crac, persistentVolumeClaim: { claimName: ${name}-crac } }`,
    '',
  ].join('\n');
}
