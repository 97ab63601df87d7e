import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Descriptor } from '../../shared/descriptor.ts';
import { policyFor } from '../../shared/policy-match.ts';
import { POLICIES_FILE, type Policy } from '../../shared/protocol/policy.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { ListeningPort, OpenFile } from '../image/contents.ts';
import { MANIFEST, type Manifest } from '../image/manifest.ts';
import { command } from './options.ts';
import { policiesFrom } from './policies-file.ts';

/** Properties of a descriptor that an image does not tell, and no rule asks for. */
const NOTHING = {
  fd: -1,
  deleted: false,
  inode: 0,
  device: 0,
  flags: 0,
  access: 'rw',
  append: false,
  closeOnExec: false,
  position: 0,
} as const;

const fileOf = ({ fd, path, access }: OpenFile): Descriptor => ({
  ...NOTHING,
  fd,
  kind: access === 'directory' ? 'directory' : 'regular',
  target: path,
  path,
});

/** Describes a listening socket, with its address as the program's own census writes it. */
function listenerOf({ family, address, port }: ListeningPort): Descriptor {
  const local = family === 6 ? `${new URL(`http://[${address}]`).hostname}:${port}` : `${address}:${port}`;
  return {
    ...NOTHING,
    kind: 'socket',
    target: 'socket:[0]',
    socket: { protocol: 'tcp', family: family === 6 ? 'ipv6' : 'ipv4', state: 'LISTEN', local },
  };
}

function decisionOf(file: OpenFile, rules: Policy[], name: string): string {
  const rule = policyFor(rules, fileOf(file));
  if (rule?.action === 'error') {
    throw new CommandError(
      `${file.path}, which the program has open (descriptor ${file.fd}), is refused by ${name}, line ${rule.line}; \`action: reopen\`, \`ignore\` or \`close\` would let it pass`,
      EXIT.image,
    );
  }
  return rule?.action ?? '-';
}

/**
 * The command that the native restorer runs when it is given policies (native/restore/policies.c): the rules are left
 * in the record, for the restored program, with what they say about the files that the engine opens.
 */
export default command({
  name: '__restore-policies',
  summary: '',
  usage: 'crac __restore-policies FILE IMAGE RECORD',
  options: {},
  examples: [],
  async run(_values, words) {
    const [file = '', image = '', record = ''] = words;
    const rules = await policiesFrom(file);
    const { open = [], ports } = JSON.parse(await readFile(join(image, MANIFEST), 'utf8')) as Manifest;
    const decisions = [
      ...open.map((each) => `open ${decisionOf(each, rules, file)}\n`),
      ...ports.map((each) => `port ${policyFor(rules, listenerOf(each))?.action ?? '-'}\n`),
    ];
    await writeFile(join(record, 'decisions'), decisions.join(''), { mode: 0o600 });
    await writeFile(join(record, POLICIES_FILE), JSON.stringify(rules), { mode: 0o600 });
    return EXIT.ok;
  },
});
