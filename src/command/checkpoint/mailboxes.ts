import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { Company, Write } from './company/company.ts';
import { procOf } from './company/gather.ts';

/**
 * The mailboxes of members that stand still: files in memory, at which they look, and by which they are told to go on.
 */
export class Mailboxes {
  readonly #record: ProgramRecord;
  readonly #company: Company;

  constructor(record: ProgramRecord, company: Company) {
    this.#record = record;
    this.#company = company;
  }

  /** Notes the mailboxes where init looks for them, should this process be killed (native/supervisor/init.c). */
  note(): void {
    const lines = this.#company.mailboxes.map(({ pid, mailbox }) => `${pid} ${mailbox}\n`);
    writeFileSync(join(this.#record.directory, 'mailboxes'), lines.join(''), { mode: 0o600 });
  }

  /**
   * Writes a word into a mailbox.
   * @throws CommandError if the program, to be woken up, is gone; a child may have ended
   */
  readonly write: Write = async ({ pid, details, isProgram }, text) => {
    const gone = isProgram ? ended : childEnded;
    await writeFile(`${procOf(this.#record)}/${pid}/fd/${details?.mailbox}`, text).catch(gone);
  };

  /** Writes to all, the program's first process first: the others may ask it for something. */
  async writeAll(text: string): Promise<void> {
    for (const each of [...this.#company.members].reverse()) await this.write(each, text);
  }
}

export const nobodyStands: Write = async () => {};

function childEnded(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
}

/** @throws CommandError if the program is gone; any other error as it is */
function ended(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
  throw new CommandError(
    'the program ended while it was being checkpointed; no image was made',
    EXIT.failed,
    { cause: error },
  );
}
