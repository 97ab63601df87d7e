import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_STREAMER',
  phase: 'both',
  title: 'The program that takes or gives the image is not there',
  signatures: [
    {
      file: 'img-streamer.c',
      text: /Unable to connect to image streamer socket: (?<socket>[^:\s]+): (?<why>.+)/,
      confidence: 'likely',
    },
    {
      file: 'img-remote.c',
      text: /Unable to connect to local socket: (?<socket>[^:\s]+): (?<why>.+)/,
      confidence: 'likely',
    },
    {
      file: 'img-streamer.c',
      text: /(?<why>Failed to communicate with the image streamer.*)/,
      confidence: 'likely',
    },
    { text: /(?<why>Image file \S+ is being overwritten)/, with: /panicked|streamer/, confidence: 'likely' },
    { text: /(?<why>Image shards \(input\/output\) must be pipes)/ },
    { text: /(?<why>The following TCP listen ports were found in the checkpoint image.*)/ },
    {
      text: /^(?:Error: )?(?<why>EOF unexpectedly reached|Unexpected data after image EOF|No shards to read from)$/,
      confidence: 'likely',
    },
    { text: /(?<why>Failed to bind socket to \S*streamer\S*)/, confidence: 'likely' },
  ],
  explains: [
    /bfd: Error flushing image/,
    /Unable to open \S+\.img/,
    /finish dump/,
    /Failed to write protobuf|Broken pipe/,
  ],
  cause:
    'With --stream (criu-image-streamer) or, in old versions, --remote (an image proxy) the engine hands its image to a second program by a socket in the image directory[[ ({socket})]]: {why}.',
  remedies: [
    {
      what: 'Start the streamer first, with the same directory and the same user (both as root)',
      where: 'criu',
      command:
        'sudo criu-image-streamer --images-dir DIR capture >image.bin &\nsudo criu dump --stream --images-dir DIR -t PID …',
    },
    {
      what: 'Take a streamer and an engine of one time: see the versions',
      where: 'machine',
      command: 'criu --version; criu-image-streamer --version',
    },
    {
      what: 'Or write plain files, and compress the directory afterwards',
      where: 'criu',
      command: 'criu dump -t PID -D DIR …   # without --stream',
    },
  ],
  samples: [
    'Error (criu/img-remote.c:174): Unable to connect to local socket: img-proxy.sock: Connection refused',
    'Error (criu/img-streamer.c:75): Unable to connect to image streamer socket: streamer-capture.sock: No such file or directory',
    "thread 'main' panicked at 'Image file tmpfs-dev-80.tar.gz.img is being overwritten', src/image_store/mem.rs:67:9",
  ],
});
