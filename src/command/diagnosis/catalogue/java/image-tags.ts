import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_IMAGE_TAGS',
  phase: 'restore',
  title: 'The Java image is for other machines or versions',
  signatures: [
    { text: /(?:Label|Type|Bitmap) mismatch for tag (?<tag>[^:\s]+):?\s*(?<detail>.*)/ },
    { text: /Tag (?<tag>\S+) was not found/ },
    {
      text: /Restore failed due to wrong or missing CPU (?<tag>architecture)(?: \((?<detail>[^)]*)\))?/,
    },
  ],
  cause: "The image's {tag} does not fit this restore[[: {detail}]].",
  remedies: [
    {
      what: 'Take the image made for this machine and Java, or leave the demand out',
      where: 'java',
      command: 'cat DIR/tags',
    },
  ],
  samples: ["Label mismatch for tag cpu.arch: 'amd64' vs. 'aarch64'"],
});
