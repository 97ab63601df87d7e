import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_STATE',
  phase: 'both',
  title: 'The container is not in the state that is needed',
  signatures: [
    { text: /(?<!\w)"?(?<state>\w+)"? is not running, cannot (?<what>checkpoint)/ },
    { text: /container cannot be checkpointed in (?<state>\w+) state/i },
    { text: /cannot checkpoint a (?<state>stopped container|deleted process|task in created state)/ },
    { text: /container (?<name>\S+) is (?<state>running or paused), cannot (?<what>restore)/ },
    { text: /cannot restore (?<state>running) container (?<name>\S+)/ },
    {
      text: /Container (?<name>\S+) (?:is )?(?<state>not running)$/i,
      with: /checkpoint/,
      confidence: 'likely',
    },
    {
      text: /failed to get task for container "?(?<name>[^"\s:]+)"?: no (?<state>running) task found/,
      confidence: 'likely',
    },
    { text: /Error response from daemon: Container (?<name>\S+) (?:is )?(?<state>not running)$/i },
    { text: /ctr: no running task found: task (?<name>\S+) (?<state>not found)/ },
    { text: /ctr: task (?<name>\S+) (?<state>not found): not found/ },
    {
      text: /[Cc]annot checkpoint container (?<name>\S+): (?:task \S+ (?<state>not found)|cannot pause a (?<state2>paused|stopped) container)/,
    },
  ],
  cause:
    'Only a running container can be checkpointed, and only one that stands still can be restored; this one is {state|in another state}. Where it runs, something else stops or pauses it at the same time: `stop`, a health check, a second checkpoint.',
  remedies: [
    {
      what: 'A checkpoint ends the container unless it is told otherwise: start it before, or keep it running',
      where: 'podman',
      command: 'sudo podman start NAME\nsudo podman container checkpoint --leave-running NAME',
    },
    {
      what: 'For a restore, stop it first',
      where: 'podman',
      command: 'sudo podman stop NAME\nsudo podman container restore NAME',
    },
    {
      what: 'A checkpoint ends the container unless it is told otherwise: start it before, or keep it running',
      where: 'docker',
      command: 'docker start NAME\ndocker checkpoint create --leave-running NAME CHECKPOINT',
    },
    {
      what: 'Where it was paused, go on first; one checkpoint at a time, and none while it is stopped',
      where: 'docker',
      command: "docker inspect -f '{{.State.Status}}' {name|NAME}\ndocker unpause {name|NAME}",
    },
    {
      what: 'Only a task that runs can be checkpointed: start it',
      where: 'containerd',
      command: 'sudo ctr tasks ls\nsudo ctr tasks start --detach {name|NAME}',
    },
    {
      what: 'A checkpoint ends the container unless it is told otherwise',
      where: 'container',
      command: 'sudo runc checkpoint --leave-running --image-path DIR ID',
    },
  ],
  samples: [
    'Error: "exited" is not running, cannot checkpoint: container state improper',
    'level=error msg="Container cannot be checkpointed in stopped state"',
    'Error: container 1f2e3d4c is running or paused, cannot restore: container state improper',
    'cannot checkpoint a stopped container',
    'cannot restore running container 1f2e3d4c',
    'Error response from daemon: Container idle not running',
    'Error response from daemon: container 859a250b2f9f is not running',
    'ctr: no running task found: task stopped not found: not found',
    'Error response from daemon: Cannot checkpoint container race2: cannot pause a paused container: unknown',
    'Error response from daemon: Cannot checkpoint container race: task 2bdae6cc7ee0 not found: not found',
  ],
});
