import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_HIERARCHY',
  phase: 'checkpoint',
  title: "The engine could not leave Java's process tree",
  signatures: [{ text: /can't move out of JVM process hierarchy/ }],
  cause:
    "The engine's helper waits to be handed over to PID 1, but another process takes over orphans here (a subreaper: systemd --user, a container's init, some shells).",
  remedies: [{ what: 'Start Java where PID 1 takes them', where: 'java', command: 'docker run --init …' }],
  samples: ["can't move out of JVM process hierarchy"],
});
