import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CRI_SWITCHED_OFF',
  phase: 'start',
  title: "The runtime's support for CRIU is switched off",
  signatures: [
    { text: /checkpoint\/restore support not available/ },
    { text: /Checkpoint\/restore support disabled(?: via configuration)?$/ },
    { text: /criu support is disabled by configuration/ },
    { text: /checkpoint restore is not enabled/ },
  ],
  cause:
    'CRI-O or containerd was told not to use CRIU, or switched it off itself: CRI-O has it off unless told otherwise up to 1.29, and since 1.30 also where it found no criu when it started.',
  remedies: [
    {
      what: 'Install criu, switch it on, and start CRI-O anew',
      where: 'crio',
      command:
        "sudo apt-get install criu || sudo dnf install criu\nprintf '[crio.runtime]\\nenable_criu_support = true\\n' | sudo tee /etc/crio/crio.conf.d/90-criu.conf\nsudo systemctl restart crio\njournalctl -u crio | grep -i 'checkpoint/restore support'",
    },
    {
      what: "Switch it on: enable_criu = true below [plugins.'io.containerd.cri.v1.runtime'] (releases since June 2026 have the setting, and it is on unless set)",
      where: 'containerd',
      command: 'containerd config dump | grep enable_criu\nsudo systemctl restart containerd',
    },
  ],
  samples: [
    'checkpointing of default/app/app failed (rpc error: code = Unknown desc = checkpoint/restore support not available)',
    'rpc error: code = Unknown desc = checkpointing container "app" failed: criu support is disabled by configuration',
    'level=info msg="Checkpoint/restore support disabled via configuration"',
  ],
});
