import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_AUFS',
  phase: 'both',
  title: 'The branches of an aufs file system cannot be found',
  signatures: [
    {
      file: 'sysfs_parse.c',
      text: /(?<what>Bad format in branch pathname \S+|Cannot find sbinfo in option string .+|Sbinfo in options string .+ too long|No aufs branches to search for \S+|No nsid to parse its aufs branches|Too many branches \d+|(?:Cannot (?:fopen|opendir|readdir)|Failed stat on map|Parse error reading) [^:]+)(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The root file system is aufs, as old releases of Docker made it, and the engine must read its branches from /sys/fs/aufs to know files by their right paths; it could not: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Move the container to overlay2: aufs has left Docker (24.0) and the kernels of the distributions',
      where: 'docker',
      command:
        'docker info -f \'{{.Driver}}\'\n# /etc/docker/daemon.json: { "storage-driver": "overlay2" }, then build the containers anew',
      cost: 'images and containers of the old driver are not seen any more until it is switched back',
    },
    {
      what: 'Or let the engine see them',
      where: 'machine',
      command: 'mount | grep aufs; ls -l /sys/fs/aufs; sudo mount -t sysfs sysfs /sys',
    },
  ],
  samples: [
    '(00.012402) Error (criu/sysfs_parse.c:120): Cannot opendir /sys/fs/aufs/si_1f: No such file or directory',
  ],
});
