import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_LXD_CRIU',
  phase: 'start',
  title: 'LXD or Incus finds no CRIU',
  signatures: [
    {
      text: /(?:Unable to (?:create a stateful snapshot|perform (?:live )?container (?:live )?migration)|Failed to restore container state)\. CRIU isn't installed/,
    },
  ],
  cause:
    'A stateful snapshot, a stateful stop and a live migration of a container are done by CRIU, and the daemon finds none in its PATH; the snap of LXD has one of its own, which is switched off.',
  remedies: [
    {
      what: 'LXD as a snap: switch its own on',
      where: 'lxd',
      command: 'sudo snap set lxd criu.enable=true\nsudo systemctl reload snap.lxd.daemon',
    },
    {
      what: 'Else install it where the daemon runs, on both machines of a migration',
      where: 'lxd',
      command: 'sudo apt-get install criu\nsudo systemctl restart lxd || sudo systemctl restart incus',
    },
    {
      what: 'Or stop the container first: without its memory nothing of CRIU is needed; system containers with systemd can seldom be saved',
      where: 'lxd',
      command: 'lxc snapshot NAME SNAPSHOT || incus snapshot create NAME SNAPSHOT',
    },
  ],
  samples: [
    "Error: Unable to create a stateful snapshot. CRIU isn't installed",
    "Error: Unable to perform container live migration. CRIU isn't installed",
  ],
});
