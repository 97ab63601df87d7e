import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SERVICE',
  phase: 'both',
  title: "The caller's request to the engine failed",
  rank: 'symptom',
  signatures: [
    {
      file: 'cr-service.c',
      text: /(?<what>Neither images_dir_fd nor images_dir was passed by RPC client|images-dir or work-dir is required when using log file|No subdirs are allowed in log_file name|(?:inherit_fd|rst_sibling) is not allowed in standalone service)/,
    },
    { file: 'cr-service.c', text: /(?<what>RPC client reported script error)/ },
    {
      file: 'cr-service.c',
      text: /(?<what>Can't (?:open images directory|chdir to work_dir|read request|recv request|send response|initiate log|bind|accept connection|listen for socket connections)|Failed (?:unpacking request|packing response|to exec cmd|to add external object).*?)(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'A program that drives the engine over a socket (runc, crun, a container manager) asked for something that it cannot do: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Where a script is named: look at what the runtime does around the engine (network, hooks), its own log says it',
      where: 'container',
      command: 'journalctl --since -10min -u docker -u containerd -u crio | grep -iE "criu|hook|network"',
    },
    {
      what: 'Let runtime and engine fit: both of one release of the distribution',
      where: 'machine',
      command: 'criu --version; runc --version; crun --version',
    },
    {
      what: 'Give directories that exist, as the same user',
      where: 'criu',
      command: 'mkdir -p DIR && criu dump -D DIR --work-dir DIR …',
    },
  ],
  samples: [
    '(00.113102) Error (criu/cr-service.c:180): RPC client reported script error',
    "(00.000102) Error (criu/cr-service.c:340): Can't open images directory: No such file or directory",
  ],
});
