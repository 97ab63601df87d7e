import { expect, test } from 'vitest';
import { inWordsOf } from '../../../src/command/doctor/runtime-words.ts';

/** What was written for Docker, for whoever uses something else. */

const BOTH = 'podman run --security-opt label=disable …\ndocker run --security-opt apparmor=unconfined …';

test.each([
  [
    'docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined …',
    'securityContext: { capabilities: { add: [SYS_ADMIN] }, seccompProfile: { type: Unconfined } }',
  ],
  [
    'docker run --cap-add=CHECKPOINT_RESTORE --cap-add=SETPCAP …',
    'securityContext: { capabilities: { add: [CHECKPOINT_RESTORE, SETPCAP] } }',
  ],
  [
    'docker run --security-opt systempaths=unconfined …',
    'hostUsers: false   # of the pod\nsecurityContext: { procMount: Unmasked }',
  ],
  [
    'crac doctor --seccomp-profile user > crac-seccomp.json\ndocker run --security-opt seccomp=crac-seccomp.json …',
    'crac doctor --seccomp-profile user > crac-seccomp.json   # to /var/lib/kubelet/seccomp/ of each node\nsecurityContext: { seccompProfile: { type: Localhost, localhostProfile: crac-seccomp.json } }',
  ],
  ['docker run --network host …', 'hostNetwork: true   # of the pod'],
  ['docker run --memory 1g …', 'resources: { limits: { memory: 1Gi } }'],
  [BOTH, 'securityContext: { appArmorProfile: { type: Unconfined } }'],
  ['docker run --runtime runc …', 'docker run --runtime runc …'], // no pod says that
  ['sudo sysctl user.max_user_namespaces=15000', 'sudo sysctl user.max_user_namespaces=15000'],
])('in a pod: %s', (command, words) => {
  expect(inWordsOf('kubernetes', command)).toBe(words);
});

test.each([
  [
    'docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …',
    'podman run --security-opt seccomp=unconfined --security-opt unmask=ALL …',
  ],
  ['docker run --ipc=private …\npodman run --ipc=private …', 'podman run --ipc=private …'],
])('under podman: %s', (command, words) => {
  expect(inWordsOf('podman', command)).toBe(words);
});

test('under Docker nothing is another', () => {
  expect(inWordsOf('docker', BOTH)).toBe(BOTH);
});
