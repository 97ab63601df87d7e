import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { policyFor } from '../descriptors/policies.ts';
import type { Manifest } from '../image/finish.ts';
import type { OpenFile } from '../image/open-files.ts';
import { POLICIES_FILE, type Policy } from '../protocol/policy.ts';
import { command } from './options.ts';
import { policiesFrom } from './policies-file.ts';

/** As much of a descriptor as an image tells. */
const descriptorOf = ({ fd, path, access, size, position, mode }: OpenFile) =>
  ({
    fd,
    kind: access === 'directory' ? 'directory' : 'regular',
    target: path,
    path,
    deleted: false,
    inode: 0,
    device: 0,
    flags: mode,
    access: access === 'read' || access === 'directory' ? 'r' : 'w',
    append: access === 'append',
    closeOnExec: false,
    position,
    size,
  }) as const;

function decisionOf(file: OpenFile, rules: Policy[], name: string): string {
  const rule = policyFor(rules, descriptorOf(file));
  if (rule?.action === 'error') {
    throw new CommandError(
      `${file.path}, which the program has open (descriptor ${file.fd}), is refused by ${name}, line ${rule.line}; \`action: reopen\`, \`ignore\` or \`close\` would let it pass`,
      EXIT.image,
    );
  }
  return rule?.action ?? '-';
}

/**
 * Run by the native restorer when it is given policies (native/launcher/policies.c): the rules are left in the record,
 * for the restored program, with what they say about the files that the engine opens.
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
    const { open = [] } = JSON.parse(await readFile(join(image, 'manifest.json'), 'utf8')) as Manifest;
    const decisions = open.map((each) => `${decisionOf(each, rules, file)}\n`).join('');
    await writeFile(join(record, 'decisions'), decisions, { mode: 0o600 });
    await writeFile(join(record, POLICIES_FILE), JSON.stringify(rules), { mode: 0o600 });
    return EXIT.ok;
  },
});
