/** What a kubelet makes of a pod's specification for the container runtime of its node. */

/** A part of the specification of a pod, as `crac build --kubernetes` writes it. */
export interface PodSpec {
  securityContext: { runAsUser: number; runAsGroup: number; seccompProfile: { type: string } };
  containers: {
    command: string[];
    readinessProbe: { httpGet: { path: string; port: number } };
    securityContext: { allowPrivilegeEscalation: boolean; capabilities: { drop: string[] } };
    volumeMounts?: { name: string; mountPath: string; readOnly: boolean }[];
  }[];
  volumes?: { name: string; image: { reference: string } }[];
}

/** What the kubelet gives a container whose /proc is the default. */
const MASKED = ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list'];
MASKED.push('/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware');
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
/** The node's network: a pod's own needs plugins. */
const NAMESPACES = { network: 'NODE', pid: 'CONTAINER', ipc: 'POD' };

const userOf = ({ securityContext: { runAsUser, seccompProfile } }: PodSpec) => ({
  namespace_options: NAMESPACES,
  run_as_user: { value: runAsUser },
  seccomp: { profile_type: seccompProfile.type },
});

/** Returns the request for a pod's sandbox; what its containers print goes to files in `logs`. */
export const sandboxOf = (spec: PodSpec, name: string, logs: string) => ({
  metadata: { name, uid: name, namespace: 'default' },
  log_directory: logs,
  linux: { security_context: userOf(spec) },
});

/**
 * Returns the request for the pod's container, with its images as volumes.
 *
 * @param image as the runtime knows it
 */
export function containerOf(spec: PodSpec, image: string, readonly: boolean) {
  const [container] = spec.containers;
  if (!container) throw new Error('no container in the recipe');
  const { command, securityContext, volumeMounts = [] } = container;
  const mounts = volumeMounts.map(({ name, mountPath, readOnly }) => {
    const volume = spec.volumes?.find((one) => one.name === name);
    return { container_path: mountPath, image: { image: volume?.image.reference }, readonly: readOnly };
  });
  return {
    metadata: { name: 'app' },
    image: { image },
    command,
    mounts,
    log_path: 'app.log',
    linux: {
      resources: {},
      security_context: {
        ...userOf(spec),
        run_as_group: { value: spec.securityContext.runAsGroup },
        capabilities: { drop_capabilities: securityContext.capabilities.drop },
        no_new_privs: !securityContext.allowPrivilegeEscalation,
        readonly_rootfs: readonly,
        masked_paths: MASKED,
        readonly_paths: READ_ONLY,
      },
    },
  };
}
