import { CommandError, EXIT } from '../../base/command-error.ts';
import { type Reported, readReport } from './reported.ts';
import { type Words, written } from './words.ts';

/** Makes the error of a program that was gone before its image was whole. */
export const programEnded = (options?: ErrorOptions): CommandError =>
  new CommandError(
    'the program ended while its image was being made; no image was made',
    EXIT.failed,
    options,
  );

/** A process has ended in the middle of its part of the image. */
export class EndedError extends CommandError {
  /** @param name of one of several, where the others go on */
  constructor(name?: string) {
    super(
      name === undefined
        ? 'the program ended while it wrote its image; no image was made'
        : `${name}: it ended while it wrote its part of the image; no image was made, and the others go on: see why it\nended (the kernel ends processes where memory runs out), and try again`,
      EXIT.failed,
    );
  }
}

export const whoEnded = (writer: number): string =>
  `the process that wrote the image, ${writer}, was ended; no image was made, and the program goes on`;

/** The conversation with a program that goes on, and with the child that writes its image. */
export class Snapshot {
  /** The PID of the child, as the program sees it. */
  readonly writer: number;
  readonly #program: Words;
  readonly #writer: Words;

  constructor(number: number, program: Words, writer: Words) {
    this.writer = number;
    this.#program = program;
    this.#writer = writer;
  }

  /**
   * Has the image written.
   * @returns what was noted while the program stood still
   */
  async write(directory: string): Promise<Reported> {
    return readReport(
      await written(this.#writer, directory, () => new CommandError(whoEnded(this.writer), EXIT.failed)),
    );
  }

  /** Returns the milliseconds for which the program stood still; undefined where it has ended since. */
  async stood(): Promise<number | undefined> {
    const said = await this.#program.next();
    return said?.[0] === 'T' ? Number(said.slice(1)) : undefined;
  }

  /** Lets the child end, and waits for that. */
  async dismiss(): Promise<void> {
    this.#writer.say('E');
    await this.#writer.ended();
  }

  /** @returns false where the program has ended */
  tell(text: string): boolean {
    this.#program.say(text);
    return !this.#program.isOver;
  }
}
