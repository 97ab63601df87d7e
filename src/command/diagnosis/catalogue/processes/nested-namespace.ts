import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NESTED_NAMESPACE',
  phase: 'checkpoint',
  title: 'A child of the program has namespaces of its own',
  signatures: [
    { file: 'namespaces.c', text: /Can't dump nested (?<kind>\w+) namespace for (?<pid>\d+)/ },
    { file: 'mount.c', text: /Nested mount namespaces (?:with different roots )?(?<kind>are not supported)/ },
  ],
  near: [/Can't dump nested (?<kind>\w+) namespace for (?<pid>\d+)/],
  cause:
    'Process {pid|N} has made namespaces of its own ({kind|mnt}), as the browsers of Puppeteer and Playwright, sandboxes, and in a system container services of systemd do (PrivateNetwork, PrivateTmp, ProtectSystem); they cannot be dumped.',
  remedies: [
    {
      what: 'Close the browser or the sandbox before the checkpoint, open it again after the restore',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => browser.close(),\n  afterRestore: async () => { browser = await puppeteer.launch(); },\n});',
      cost: 'the first use after a restore waits for it',
    },
    {
      what: 'In a system container (LXD, Incus, LXC): find the service that the process belongs to, and take its namespaces away',
      where: 'lxd',
      command:
        'systemctl status {pid|PID}\nsudo systemctl edit SERVICE   # [Service] PrivateNetwork=no PrivateTmp=no ProtectSystem=no PrivateDevices=no',
      cost: 'the service is confined less',
    },
    {
      what: 'Or start it without a sandbox',
      where: 'program',
      command: "puppeteer.launch({ args: ['--no-sandbox'] })",
      cost: 'pages are no longer confined',
    },
  ],
  samples: [
    "(00.003702) Error (criu/namespaces.c:460): Can't dump nested net namespace for 4711",
    "(00.003702) Error (criu/namespaces.c:739): Can't dump nested time namespace for 4711",
  ],
});
