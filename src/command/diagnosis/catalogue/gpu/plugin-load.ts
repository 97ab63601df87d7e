import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PLUGIN_LOAD',
  phase: 'start',
  title: 'A plugin of the engine cannot be loaded',
  signatures: [
    { file: 'plugin.c', text: /Unable to load (?<path>\S+): (?<why>.+)/ },
    {
      text: /symbol lookup error: (?<path>\S*plugin\S*\.so): (?<why>undefined symbol: \S+)/,
      levels: ['plain', 'error', 'debug'],
    },
    { file: 'plugin.c', text: /Can't load plugin (?<path>\S+)/ },
    { file: 'plugin.c', text: /Corrupted plugin (?<path>\S+)/ },
    { file: 'plugin.c', text: /Failed in init\(-?\d+\) of "(?<path>[^"]+)"/ },
    {
      file: 'plugin.c',
      text: /Unable to (?:open directory (?<path>.+?)|read the libraries directory): (?<why>.+)/,
    },
  ],
  cause:
    'The engine cannot load or start its plugin {path|of its plugin directory}[[: {why}]]; it may belong to another version of CRIU, or lack a library.',
  remedies: [
    {
      what: 'Install the plugins of the same version as the engine',
      where: 'machine',
      command: 'sudo apt-get install --reinstall criu',
    },
    {
      what: 'Or go without plugins, from an empty directory',
      where: 'criu',
      command: 'criu dump --libdir "/tmp/tmp.x0GgO8ztw0" …',
      cost: 'devices of GPUs cannot be saved',
    },
    byConf(
      'Or go without plugins, from an empty directory',
      'libdir /var/empty',
      'devices of GPUs cannot be saved',
    ),
  ],
  tells: [{ what: 'Which library it lacks', command: 'ldd {path|/usr/lib/criu/*.so}' }],
  samples: [
    '(00.000703) Error (criu/plugin.c:173): Unable to load /usr/lib/criu/amdgpu_plugin.so: libdrm_amdgpu.so.1: cannot open shared object file: No such file or directory',
    'criu: symbol lookup error: /usr/lib/criu/cuda_plugin.so: undefined symbol: add_inventory_plugin',
    '(00.000703) Error (criu/plugin.c:201): Failed in init(0) of "cuda_plugin"',
  ],
});
