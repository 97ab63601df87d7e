import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MAPPING_FOREIGN_MOUNT',
  phase: 'checkpoint',
  title: 'A mapped file lies on a mount that the engine cannot find',
  signatures: [
    {
      file: ['files-reg.c', 'files.c'],
      text: /Can't lookup mount=(?<mount>-?\d+) for fd=(?<fd>-\d+) path=(?<path>.*)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The program has mapped {path} into its memory (a negative number is no descriptor), and the kernel names a mount ({mount}) for it that the program does not have; so do kernels of distributions that changed overlayfs (Ubuntu did), and a program that was started from outside of its mount namespace.',
  remedies: [
    {
      what: 'Update the kernel, or take one without that change: the mainline kernel, or that of another distribution',
      where: 'machine',
      command: 'sudo apt-get update && sudo apt-get install --only-upgrade linux-image-generic',
      cost: 'the machine must be started anew',
    },
    {
      what: 'Or keep containers on another storage driver than overlay',
      where: 'docker',
      command:
        'echo \'{ "storage-driver": "vfs" }\' | sudo tee /etc/docker/daemon.json && sudo systemctl restart docker',
      cost: 'takes more room and time; replaces a daemon.json that is there, and images must be pulled anew',
    },
    {
      what: 'Or start podman on another storage driver than overlay',
      where: 'podman',
      command: 'podman --storage-driver vfs run …',
      cost: 'takes more room and time, and images must be pulled anew',
    },
  ],
  tells: [
    {
      what: 'Where the mapping comes from, and whether that mount is one of the program',
      command: 'grep -F "{path}" /proc/PID/maps; grep "^{mount} " /proc/PID/mountinfo; uname -r',
    },
  ],
  samples: [
    "(00.004913) Error (criu/files-reg.c:1702): Can't lookup mount=24 for fd=-3 path=/usr/bin/node\n(00.004930) Error (criu/cr-dump.c:1665): Collect mappings (pid: 912) failed with -1",
  ],
});
