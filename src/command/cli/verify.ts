import { resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { verifyImage } from '../image/integrity/verify.ts';
import { command } from './options.ts';

/** The command that the restorer starts (native/restore/verify.c); people have `crac inspect --verify`. */
export default command({
  name: '__verify',
  summary: 'compare an image with its checksums, without a word if it is whole',
  usage: 'crac __verify PATH IMAGE [KEY]',
  options: {},
  examples: [],
  async run(_values, [path = '', image = path, key]) {
    try {
      await verifyImage(resolve(path), key && resolve(key));
    } catch (error) {
      // The path is that of the restorer's descriptor; people know the image by its name.
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(error.message.replaceAll(path, image), error.exitCode, { cause: error });
    }
    return EXIT.ok;
  },
});
