import { resolve } from 'node:path';
import { EXIT } from '../checkpoint/command-error.ts';
import { verifyImage } from '../image/integrity/verify.ts';
import { command } from './options.ts';

/** Not for people, who have `crac inspect --verify`: the restorer starts it (native/launcher/verify.c). */
export default command({
  name: '__verify',
  summary: 'compare an image with its checksums, without a word if it is whole',
  usage: 'crac __verify IMAGE [KEY]',
  options: {},
  examples: [],
  async run(_values, [image = '', key]) {
    await verifyImage(resolve(image), key && resolve(key));
    return EXIT.ok;
  },
});
