import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TCP_IN_IMAGE',
  phase: 'restore',
  title: 'The image has TCP connections',
  signatures: [
    { file: 'sk-inet.c', text: /Connected TCP socket in image/ },
    { file: 'image.c', text: /Need to set the --(?<option>tcp-close) options/ },
  ],
  cause:
    'The image was made with TCP connections open, and the restore was not told {option|--tcp-established or --tcp-close} as the dump was.',
  remedies: [
    { what: 'crac gives the option by itself', where: 'crac', command: 'crac restore IMAGE' },
    byConf('Drop them', 'tcp-close', 'programs see their connections end'),
    {
      what: 'Go on with them, if the checkpoint was made with it',
      where: 'podman',
      command: 'podman container restore --tcp-established NAME',
      cost: 'same addresses as at the checkpoint needed',
    },
    {
      what: 'Drop them',
      where: 'criu',
      command: 'criu restore --tcp-close …',
      cost: 'the program sees its connections end',
    },
    {
      what: 'Or go on with them, if the dump was made with it',
      where: 'criu',
      command: 'criu restore --tcp-established …',
      cost: 'same addresses as at the dump needed',
    },
  ],
  samples: [
    '(00.002102) Error (criu/image.c:94): Need to set the --tcp-close options.',
    '(00.017007)  20811: Error (criu/sk-inet.c:912): inet: Connected TCP socket in image',
  ],
});
