import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_LIBCRIU_MISSING',
  phase: 'start',
  title: "crun cannot load CRIU's library",
  signatures: [
    { text: /could not load `(?<library>libcriu\.so[.\d]*)`(?:: `(?<why>[^`]+)`)?/ },
    { text: /could not find symbol `(?<symbol>\w+)` in `(?<library>libcriu\.so)`/ },
  ],
  cause:
    'crun was built with CRIU and loads {library} when it is needed; that failed[[: {why}]][[: it has no {symbol}, so it is too old]].',
  remedies: [
    {
      what: 'Install the library, and the program of the same version, which the library starts',
      where: 'crun',
      command: 'sudo apt-get install libcriu2 criu || sudo dnf install criu-libs criu',
    },
    {
      what: 'Or take runc, which needs the program only',
      where: 'podman',
      command: 'sudo podman --runtime runc run …',
    },
  ],
  samples: [
    'Error: OCI runtime error: crun: could not load `libcriu.so.2`: `libcriu.so.2: cannot open shared object file: No such file or directory`',
    'crun: could not load `libcriu.so`',
    'crun: could not find symbol `criu_set_network_lock` in `libcriu.so`',
  ],
});
