import type { Remedy } from './entry.ts';

/**
 * Makes a remedy that gives an option to the engine which a container runtime starts: runc (below Docker, containerd,
 * podman and CRI-O) reads /etc/criu/runc.conf; crun reads crun.conf and else runc.conf, with CRIU 4.2 and later.
 * @param lines options without their dashes, one a line
 */
export const byConf = (what: string, lines: string, cost?: string): Remedy => ({
  what: `${what}: write it into the files that runc and crun hand to the engine (for crun with CRIU 4.2)`,
  where: 'container',
  command: `sudo mkdir -p /etc/criu\nprintf '%s\\n' ${lines
    .split('\n')
    .map((line) => (line.includes(' ') || line.includes('[') ? `'${line}'` : line))
    .join(' ')} | sudo tee -a /etc/criu/runc.conf /etc/criu/crun.conf`,
  cost: `holds for every container of this machine${cost ? `; ${cost}` : ''}`,
});

/**
 * The remedy that gives the engine its capabilities, where a container is checkpointed or restored from outside: no
 * entry of the container's.
 */
export const FROM_OUTSIDE: Remedy = {
  what: 'Let the runtime that made the container checkpoint it, as root of the host: it tells the engine about its mounts',
  where: 'container',
  command: 'podman container checkpoint NAME\ndocker checkpoint create NAME POINT\nrunc checkpoint NAME',
};
