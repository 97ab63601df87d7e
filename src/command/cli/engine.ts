import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { useNativeCommand } from '../base/native-command.ts';
import { installableEngine } from '../engines/registry.ts';
import { command } from './options.ts';

async function install(prefix: string | undefined, ifNeeded: boolean): Promise<number> {
  const replaced = useNativeCommand();
  if (replaced) process.stderr.write(`crac: ${replaced} is the native command now\n`);
  const installation = await installableEngine();
  const { used } = await installation.look();
  const ready =
    ifNeeded && used?.suitable
      ? used
      : await installation.install({
          ...(prefix && { prefix }),
          progress: (line) => process.stderr.write(`crac: ${line}\n`),
        });
  await ready.warm();
  process.stdout.write(`${ready.title} is ready: ${ready.path}\n`);
  return EXIT.ok;
}

export default command({
  name: 'engine',
  summary: 'show or install the engine',
  usage: 'crac engine [install] [options]',
  description:
    "Shows which engine (CRIU) is used, from where, and whether it can work on this kernel. `crac engine install` brings\none from the distribution's archive into a directory of its own; nothing of the system is changed.",
  options: {
    json: { help: 'print what is known as JSON' },
    prefix: {
      value: 'DIR',
      help: 'install: where to (default: /usr/local/lib/node-crac/engine for root, else ~/.local/share)',
    },
    'if-needed': { help: 'install: do nothing if an engine that works is here already' },
  },
  examples: ['crac engine', 'crac engine --json', 'crac engine install'],
  async run(values, words) {
    const [action, ...more] = words;
    if (action === 'install' && more.length === 0)
      return install(values.prefix, values['if-needed'] === true);
    if (action !== undefined) {
      throw new CommandError(
        `crac engine ${words.join(' ')}: the only action is \`install\`; see \`crac engine --help\``,
        EXIT.usage,
      );
    }
    const { used, json, text } = await (await installableEngine()).look();
    process.stdout.write(values.json ? `${printableJson(json, 2)}\n` : text);
    return used?.suitable ? EXIT.ok : EXIT.engine;
  },
});
