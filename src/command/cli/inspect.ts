import { resolve } from 'node:path';
import { AT_RESTORE } from '../../shared/protocol/at-restore.ts';
import { shortIp6 } from '../../shared/protocol/ip6.ts';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes, formatTable } from '../base/format.ts';
import type { ImageProcess } from '../engines/engine.ts';
import { type ImageReport, inspectImage } from '../image/inspect.ts';
import type { Verified } from '../image/integrity/verify.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import { cpuNeeds } from '../machine/cpu-needs.ts';
import { command } from './options.ts';

const indented = (lines: string[]): string => lines.map((line) => `  ${line}`).join('\n');

function tree(processes: ImageProcess[], parent: number, depth = 0): string[] {
  return processes
    .filter((process) => process.parent === parent)
    .flatMap((process) => [
      `${'   '.repeat(Math.max(depth - 1, 0))}${depth > 0 ? '└──' : ''}${process.pid} (${process.threads} threads)`,
      ...tree(processes, process.pid, depth + 1),
    ]);
}

const openFiles = ({ open = [] }: ImageReport['manifest']): string[] =>
  open.length === 0
    ? []
    : [
        '',
        'open files, and what a restore asks of them',
        indented(
          formatTable(open.map(({ fd, path, access }) => [String(fd), path, AT_RESTORE[access]])).split('\n'),
        ),
      ];

const NAMES_SHOWN = 12;

const PROTECTION_KEYS = {
  none: 'the CPU has no memory protection keys',
  answered: 'the CPU has memory protection keys; the program was answered that it has none',
} as const;

function text({ image, manifest, processes, files }: ImageReport): string {
  const { engine, node, ports, environmentNames, labels = {}, machine } = manifest;
  const roots = processes.filter(({ parent }) => !processes.some(({ pid }) => pid === parent));
  const more = environmentNames.length - NAMES_SHOWN;
  const facts = [
    ['image', image],
    ['made', `${manifest.createdAt} by ${manifest.mode === 'root' ? 'root' : `user ${manifest.uid}`}`],
    ['command', manifest.command.join(' ')],
    ['node', `${node.version}  ${node.path}`],
    ['engine', `${engine.name} ${engine.version}  ${engine.path}`],
    ...(Object.keys(labels).length > 0
      ? [
          [
            'labels',
            Object.entries(labels)
              .map((pair) => pair.join('='))
              .join(' '),
          ],
        ]
      : []),
    ['machine', `${manifest.arch}, kernel ${manifest.kernel}${machine?.libc ? `, ${machine.libc}` : ''}`],
    ...(machine ? [['needs', cpuNeeds(machine)]] : []),
    // An engine that refuses keys itself says nothing of them.
    ...(manifest.protectionKeys || !machine
      ? [
          [
            'cpu',
            manifest.protectionKeys
              ? PROTECTION_KEYS[manifest.protectionKeys]
              : 'made by a version that did not ask for memory protection keys',
          ],
        ]
      : []),
    ['size', formatBytes(files.reduce((sum, { size }) => sum + size, 0))],
    [
      'ports',
      ports
        .map(({ family, address, port }) =>
          family === 6 ? `[${shortIp6(address)}]:${port}` : `${address}:${port}`,
        )
        .join(', ') || 'none',
    ],
    [
      'environment',
      `${environmentNames.slice(0, NAMES_SHOWN).join(' ')}${more > 0 ? ` and ${more} more (--json)` : ''}`,
    ],
  ];
  const largest = [...files].sort((a, b) => b.size - a.size).slice(0, 5);
  return [
    formatTable(facts),
    '',
    'processes',
    indented([...new Set(roots.map(({ parent }) => parent))].flatMap((parent) => tree(processes, parent))),
    ...openFiles(manifest),
    '',
    'largest files',
    indented(formatTable(largest.map(({ name, size }) => [name, formatBytes(size)])).split('\n')),
    '',
  ].join('\n');
}

const verifiedText = ({ image, files, size, signedBy }: Verified): string =>
  `${image}: ${files} files, ${formatBytes(size)}, as they were made${signedBy === undefined ? '' : `; signed by ${signedBy}`}\n`;

export default command({
  name: 'inspect',
  summary: 'show what is in an image',
  usage: 'crac inspect IMAGE [--json | --html[=FILE]] [--verify] [--require-signature FILE]',
  description:
    'Shows what is in an image: processes, ports, versions, names of environment variables, sizes.',
  options: {
    verify: { help: 'compare every file with the checksum that was recorded when the image was made' },
    'require-signature': {
      value: 'FILE',
      help: 'verify, too, that the image was signed by the key whose public part this is (PEM)',
    },
    html: {
      value: 'FILE',
      optional: true,
      help: 'write a page for a browser: memory, mappings, files, secrets, what a restore asks (default: standard output)',
    },
    ...TRUST_OPTION,
    json: { help: 'print everything as JSON' },
  },
  examples: [
    'crac inspect ./image',
    'crac inspect ./image --json',
    'crac inspect ./image --html=image.html',
    'crac inspect ./image --verify',
    'crac inspect ./image --require-signature key.pub',
  ],
  async run(values, words) {
    const [image, ...more] = words;
    if (image === undefined || more.length > 0) {
      throw new CommandError('name one image: crac inspect IMAGE', EXIT.usage);
    }
    checkTrust(resolve(image), values['trust-image-of'], 'crac inspect');
    const key = values['require-signature'];
    if (values.verify || key !== undefined) {
      const { verifyImage } = await import('../image/integrity/verify.ts');
      const verified = await verifyImage(resolve(image), key && resolve(key));
      process.stdout.write(values.json ? `${printableJson(verified)}\n` : verifiedText(verified));
      return EXIT.ok;
    }
    const report = await inspectImage(resolve(image));
    if (values.html !== undefined) {
      await (await import('./inspect-html.ts')).writeHtml(report, values.html);
      return EXIT.ok;
    }
    process.stdout.write(values.json ? `${printableJson(report, 2)}\n` : text(report));
    return EXIT.ok;
  },
});
