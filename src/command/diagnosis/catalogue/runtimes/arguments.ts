import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ARGUMENTS',
  phase: 'start',
  title: "The runtime's command line is not as it wants it",
  signatures: [
    {
      text: /"(?<what>(?:docker )?(?:container )?(?:checkpoint|restore)(?: \w+)?)" (?<why>requires (?:exactly|at least|at most) \d+ arguments?(?:\(s\))?)/,
    },
    { text: /(?<why>please specify a ID for the container)/ },
    {
      text: /(?<why>you must provide at least one name or id)/,
      confidence: 'likely',
    },
    { text: /(?<why>no arguments are needed with --all)/, confidence: 'likely' },
    { text: /(?<why>--all and --latest cannot be used together)/, confidence: 'likely' },
    {
      text: /^(?<why>chdir `?(?<bundle>[^\s`:]+)`?(?: failed)?: No such file or directory)/i,
      confidence: 'possible',
    },
    { text: /(?<why>`config\.json`: cannot read the file)/, confidence: 'likely' },
    { text: /ctr: (?<why>(?:container id|ref|checkpoint) must be provided)/ },
    {
      text: /(?<why>flag provided but not defined: -(?<option>[\w-]+))/,
      with: /runc|ctr|checkpoint|restore/,
      confidence: 'likely',
    },
    { text: /(?<why>unknown flag: (?<option>--[\w-]+))/, with: /checkpoint|restore/ },
    { text: /(?:crun|checkpoint|restore): (?<why>unrecognized option '(?<option>[^']+)')/ },
    {
      text: /(?<![\w-])(?<why>--[\w-]+ can(?:not| only| not) be used with [\w- ]+)/,
      with: /checkpoint|restore|podman|--import|--export/,
    },
    { text: /(?<why>cannot use --import with (?:--all or --latest|positional arguments))/ },
    { text: /(?<why>--all or --latest and containers cannot be used together)/ },
    { text: /(?<why>--parent-path must be relative|invalid --parent-path)/ },
    { text: /(?<why>invalid directory to (?:save|restore) checkpoint)/ },
    { text: /(?<why>JSON specification file config\.json not found)/ },
    {
      text: /(?<why>Use --page-server ADDRESS:PORT to specify page server|invalid manage-cgroups-mode value|unknown (?:cgroup mode|network lock method) specified)/i,
    },
    { text: /(?<why>invalid --status-fd argument \d+: .+)/ },
    { text: /^(?:runc checkpoint: )?(?<why>Invalid port number)$/, confidence: 'likely' },
    { text: /(?<why>Invalid manage cgroups mode)/i },
    { text: /(?<why>selected compression algorithm \("[^"]+"\) not supported)/ },
    {
      text: /(?<why>unknown namespace type|namespace "[^"]+" is not supported)/,
      confidence: 'likely',
    },
    { text: /(?<why>invalid checkpoint ID \(?"?[^",)]+"?\)?), only/i },
    { text: /(?<why>cannot parse value of timeout parameter)/ },
    { text: /(?<why>CheckpointContainer requires the timeout value to be > 0)/ },
    {
      text: /(?<why>please provide both the checkpoint path and the image name|invalid output format: \S+|no process with PID \d+ \(use `inspect --ps-tree` to view all PIDs\))/,
      with: /checkpoint/,
      confidence: 'likely',
    },
    { text: /(?<why>image path not set)/, with: /crun|checkpoint|restore/, confidence: 'likely' },
  ],
  cause:
    'The runtime was called in a way that it does not take: {why}. With runc and ctr options must stand before the ID.',
  remedies: [
    {
      what: 'The time limit is a whole number of seconds behind the path',
      where: 'kubernetes',
      command:
        'sudo curl -X POST --cacert /etc/kubernetes/pki/ca.crt \\\n  --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key /etc/kubernetes/pki/apiserver-kubelet-client.key \\\n  "https://localhost:10250/checkpoint/NAMESPACE/POD/CONTAINER?timeout=600"',
    },
    {
      what: 'Options first, one container ID last; a restore in the directory of the bundle (config.json)',
      where: 'runc',
      command:
        'sudo runc checkpoint --image-path DIR --work-path /tmp/work ID\nsudo runc restore --image-path DIR --work-path /tmp/work --bundle BUNDLE --detach ID',
    },
    {
      what: 'One container ID; a restore in the directory of the bundle (config.json)',
      where: 'crun',
      command:
        'sudo crun checkpoint --image-path=DIR --work-path=/tmp/work ID\nsudo crun restore --image-path=DIR --bundle=BUNDLE --detach ID',
    },
    {
      what: 'Container and name of the checkpoint; the restore is a start',
      where: 'docker',
      command:
        'docker checkpoint create CONTAINER CHECKPOINT\ndocker start --checkpoint CHECKPOINT CONTAINER',
    },
    {
      what: 'Names of containers, or an archive and no name',
      where: 'podman',
      command:
        'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME\nsudo podman container restore --import /tmp/NAME.tar.gz',
    },
    {
      what: 'Container and a name for the image that is made',
      where: 'containerd',
      command:
        'sudo ctr containers checkpoint --task CONTAINER checkpoint/app:1\nsudo ctr containers restore --live NEW_CONTAINER checkpoint/app:1',
    },
  ],
  tells: [
    {
      what: 'Which options this version has',
      command: 'runc checkpoint --help; crun checkpoint --help; podman container checkpoint --help',
    },
  ],
  samples: [
    'time="2026-11-28T18:52:04Z" level=error msg="runc: \\"checkpoint\\" requires exactly 1 argument(s)"',
    '"docker checkpoint create" requires exactly 2 arguments.',
    'podman container checkpoint\nError: you must provide at least one name or id',
    'ctr: container id must be provided',
    'ctr: ref must be provided',
    'crun: please specify a ID for the container',
    'runc checkpoint --no-such x\nIncorrect Usage: flag provided but not defined: -no-such',
    'podman container restore --ignore-volumes app\nError: --ignore-volumes can only be used with image or --import',
    'level=error msg="--parent-path must be relative"',
    'time="2026-11-29T04:29:58Z" level=error msg="Invalid manage cgroups mode"',
    'time="2026-11-29T04:29:41Z" level=error msg="chdir /nonexistent: no such file or directory"',
    'load `config.json`: cannot read the file: config.json',
    'Error: no arguments are needed with --all',
    'time="2026-11-29T04:30:00Z" level=error msg="namespace \\"user\\" is not supported"',
    'time="2026-11-28T18:52:04Z" level=error msg="JSON specification file config.json not found"',
  ],
});
