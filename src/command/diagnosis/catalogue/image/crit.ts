import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CRIT_INPUT',
  phase: 'start',
  title: 'crit cannot read what it was given',
  signatures: [
    { text: /^Unknown magic (?<magic>0x[0-9a-f]+)\.?$/ },
    { text: /^Cannot read JSON\.?$/ },
    { text: /^(?:Exception: )?No handler found for image with (?:such )?magic ?(?<magic>\S*)/ },
  ],
  explains: [/Maybe you are feeding me an image|raw data\(i\.e\./, /Encode expects JSON/],
  cause:
    "crit decodes the files of an image that hold records (*.img); pages-*.img hold memory as it was, some (iptables, routes, tmpfs archives) are other programs' formats, and `encode` takes JSON only[[; it began with {magic}]].",
  remedies: [
    {
      what: 'Take a file of records',
      where: 'criu',
      command: 'crit show IMAGE/inventory.img\ncrit x IMAGE ps',
    },
    {
      what: 'Memory is looked at through the pagemap that belongs to it',
      where: 'criu',
      command: 'crit show IMAGE/pagemap-PID.img\ncrit x IMAGE mems',
    },
    {
      what: 'A crit of the version of the engine knows all files of its images',
      where: 'machine',
      command: 'crit --version; criu --version',
    },
  ],
  samples: [
    'Unknown magic 0x1.\nMaybe you are feeding me an image with raw data(i.e. pages.img)?',
    'Cannot read JSON.\nMaybe you are feeding me an image with protobuf data? Encode expects JSON input.',
  ],
});
