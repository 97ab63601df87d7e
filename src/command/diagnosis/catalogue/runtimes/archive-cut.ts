import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_ARCHIVE',
  phase: 'restore',
  title: "The checkpoint's archive is cut off, or is none",
  signatures: [
    {
      text: /unpacking of (?:pre-)?checkpoint archive (?<archive>\S+) failed: (?:unpacking failed )?\(?(?:error: )?(?<why>(?!.*no space)[^;)]+)/i,
    },
    {
      text: /failed extracting runtime information from (?<archive>\S+): .*open \S*config\.dump: (?<why>no such file or directory)/,
    },
    { text: /failed to read "?(?<part>spec|config|status)\.dump"?: (?<why>.+)/, confidence: 'likely' },
    { text: /failed to apply root file-system diff file (?<part>\S+): (?<why>.+)/, confidence: 'likely' },
    { text: /(?<why>found illegal string '\.\.' in checkpoint archive)/ },
  ],
  cause:
    'The archive[[ {archive}]] cannot be read as that of a checkpoint ({why}): a copy or a full disk has cut it off, it holds something else, or it was packed again by hand with other paths ("./config.dump" and "config.dump" are both right, a directory above them is not).',
  remedies: [
    {
      what: 'See whether it is whole and what is in it: config.dump, spec.dump and checkpoint/ must stand at its top',
      where: 'podman',
      command:
        'ls -l {archive|/tmp/NAME.tar.gz}\nfile {archive|/tmp/NAME.tar.gz}\ntar -tf {archive|/tmp/NAME.tar.gz} | head   # for zstd: zstd -dc … | tar -t',
    },
    {
      what: 'Compare size and checksum with where it was made, copy it again; or write it anew from the container',
      where: 'podman',
      command:
        'sha256sum {archive|/tmp/NAME.tar.gz}\nsudo podman container checkpoint --export /tmp/NAME.tar.gz NAME',
    },
    {
      what: 'Compare size and checksum with the one that the kubelet wrote on the other node',
      where: 'kubernetes',
      command: 'sudo sh -c "sha256sum /var/lib/kubelet/checkpoints/*.tar"',
    },
  ],
  samples: [
    'Error: failed extracting runtime information from cut.tar.gz: unpacking of checkpoint archive cut.tar.gz failed: unexpected EOF',
    'Error: failed extracting runtime information from cut.tar.gz: unpacking of checkpoint archive cut.tar.gz failed: unpacking failed (error: unexpected EOF; output: )\nexhausting input failed (error: unexpected EOF)',
    'Error: failed extracting runtime information from empty.tar.gz: failed to read /tmp/checkpoint1695013249/config.dump: open /tmp/checkpoint1695013249/config.dump: no such file or directory',
    'Error: failed extracting runtime information from fcut.tar.gz: open /tmp/checkpoint2152570776/config.dump: no such file or directory',
  ],
});
