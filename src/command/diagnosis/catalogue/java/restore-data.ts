import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_RESTORE_DATA',
  phase: 'restore',
  title: 'What the restored Java was to be told did not arrive',
  signatures: [
    { text: /(?<what>Cannot read restore parameters)/ },
    { text: /(?<what>Failed to (?:open|write to) a space shared with restored process)/ },
    { text: /(?<what>CRaC engine (?:provided not enough|failed to record) restore data)/ },
    { text: /(?<what>Restore cannot continue, VM will exit)/, confidence: 'likely' },
  ],
  explains: [/Restore cannot continue/],
  cause:
    'The Java that restores hands options, properties and arguments over in shared memory (/dev/shm), and that failed: {what}. /dev/shm is missing, full, or not the same one: it is in another mount namespace or owned by another user.',
  remedies: [
    {
      what: 'Give the container a /dev/shm with room, and restore as the user who made the checkpoint',
      where: 'container',
      command: 'docker run --shm-size 64m …\ndf -h /dev/shm; ls -ld /dev/shm',
    },
    { what: 'See whether it is there', where: 'machine', command: 'df -h /dev/shm; ls -ld /dev/shm' },
  ],
  samples: [
    '[0.010s][error][crac] Cannot read restore parameters\nRestore cannot continue, VM will exit.',
    '[0.010s][error][crac] Failed to open a space shared with restored process',
  ],
});
