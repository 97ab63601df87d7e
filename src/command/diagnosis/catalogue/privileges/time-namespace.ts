import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TIME_NAMESPACE',
  phase: 'restore',
  title: "The program's clock cannot be restored",
  signatures: [
    { file: 'timens.c', text: /Unable to create a new time namespace: (?<why>.+)/, confidence: 'likely' },
    {
      file: 'timens.c',
      text: /Unable to set a (?:monotonic|boottime) clock offset: (?<why>.+)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The monotonic clock of the program could not go on where it stood ({why|refused}): a time namespace needs CAP_SYS_ADMIN and CAP_SYS_TIME, and a kernel with CONFIG_TIME_NS.',
  remedies: [
    {
      what: 'Restore with crac: it makes the time namespace itself, inside a user namespace where it has the right',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Add the capabilities',
      where: 'container',
      command: 'docker run --cap-add SYS_ADMIN --cap-add SYS_TIME …',
      cost: "the container could set the host's clock",
    },
    {
      what: 'Restore without one',
      where: 'criu',
      command: 'criu restore --unprivileged …',
      cost: 'the monotonic clock jumps; a Node whose clock would go back aborts',
    },
  ],
  samples: [
    '(00.005911) Error (criu/timens.c:101): Unable to set a monotonic clock offset: Operation not permitted',
  ],
});
