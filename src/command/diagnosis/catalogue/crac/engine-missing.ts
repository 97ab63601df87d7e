import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_ENGINE_MISSING',
  phase: 'start',
  title: 'The engine is missing',
  signatures: [
    { text: /^image: the engine (?<path>.+) does not exist$/ },
    { text: /the engine (?<path>\S+) is missing \((?<why>[^)]*)\)/ },
  ],
  cause: 'The engine that the image was made with ({path}) is not on this machine.',
  remedies: [
    { what: 'Bring it back', where: 'crac', command: 'crac engine install' },
    { what: 'If it was put elsewhere, see which there are', where: 'crac', command: 'crac engine' },
  ],
  samples: [
    'image: the engine /usr/local/lib/node-crac/engine/criu-4.2.1/bin/criu does not exist',
    'crac: the engine /usr/sbin/criu is missing (No such file or directory). Bring it back with',
  ],
});
