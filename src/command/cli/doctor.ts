import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { painter } from '../base/paint.ts';
import type { Report } from '../doctor/examine.ts';
import type { DoctorOptions } from '../doctor/machine.ts';
import { command } from './options.ts';
import { atLeastOne } from './values.ts';

const say = (line: string) => process.stderr.write(`crac: ${line}\n`);

/**
 * Returns 0 only when both work, whichever engine does it; 1 where the restore was proved to work and a checkpoint does
 * not, as in a container.
 */
function exitCode({ checkpoint, restore, java }: Report, javaNamed: boolean): number {
  if (restore !== 'yes' || (javaNamed && java === 'no')) return EXIT.engine;
  return checkpoint === 'yes' ? EXIT.ok : EXIT.failed;
}

function toJson({ findings, ...answers }: Report): string {
  const shown = findings.map(({ fix, ...rest }) => ({
    ...rest,
    fixable: fix !== undefined && rest.state !== 'ok',
  }));
  return `${printableJson({ ...answers, findings: shown }, 2)}\n`;
}

async function printSettings(runtime: string, json: boolean): Promise<number> {
  const { RUNTIMES } = await import('../doctor/settings.ts');
  const known = RUNTIMES.find((name) => name === runtime);
  if (known === undefined)
    throw new CommandError(`--for ${runtime}: expected ${RUNTIMES.join(', ')}`, EXIT.usage);
  const { settingsJson, settingsText } = await import('../doctor/for-runtime.ts');
  process.stdout.write(json ? `${printableJson(settingsJson(known), 2)}\n` : settingsText(known));
  return EXIT.ok;
}

async function printProfile(name: string): Promise<number> {
  const { PROFILES, restoreProfile } = await import('../doctor/seccomp-profile.ts');
  const known = PROFILES.find((one) => one === name);
  if (known === undefined)
    throw new CommandError(`--seccomp-profile ${name}: expected ${PROFILES.join(' or ')}`, EXIT.usage);
  process.stdout.write(`${printableJson(restoreProfile(known), 2)}\n`);
  return EXIT.ok;
}

export default command({
  name: 'doctor',
  summary: 'can this machine, this user, this container checkpoint and restore?',
  usage: 'crac doctor [--fix] [--image DIR] [--json]\n       crac doctor --for docker|podman|kubernetes',
  description: [
    'Looks at the engine, the caller, the kernel, the container, the place for images, the CPU and node; then makes,',
    'dumps and restores a tiny program, and says how long that took.',
    '',
    'Ends with 0 when checkpoint and restore both work with one engine, with 1 when only the restore does, else with 70.',
  ].join('\n'),
  options: {
    fix: { help: 'do what can be done here; each thing is said before it is done' },
    image: {
      value: 'DIR',
      help: 'where images are to go: its place is looked at, and the trial is made there',
    },
    json: { help: 'print the findings as JSON' },
    for: { value: 'RUNTIME', help: 'print the smallest settings of docker, podman or kubernetes' },
    'seccomp-profile': {
      value: 'user|capabilities',
      help: 'print the seccomp profile of a container that restores (see --for)',
    },
    'java-home': { value: 'DIR', help: "look at this JDK's lib/criu too (default: JAVA_HOME)" },
    'keep-trial': { value: 'DIR', help: "keep the tiny program's image there, for --from-trial elsewhere" },
    timeout: { value: 'SECONDS', help: 'longest time that each command of the trial may take (default 300)' },
    'from-trial': { value: 'DIR', help: 'restore a kept trial; for a container that only restores' },
  },
  examples: [
    'crac doctor',
    'crac doctor --fix',
    'crac doctor --for docker',
    'crac doctor --java-home /opt/jdk',
  ],
  async run(values, words) {
    if (words.length > 0)
      throw new CommandError(
        `crac doctor takes no words: ${words.join(' ')}; see \`crac doctor --help\``,
        EXIT.usage,
      );
    if (values['seccomp-profile'] !== undefined) return printProfile(values['seccomp-profile']);
    if (values.for !== undefined) return printSettings(values.for, values.json === true);
    if (process.platform !== 'linux')
      throw new CommandError(
        `images need Linux, and this is ${process.platform}. Develop here with\n  crac run --engine simulate app.js`,
        EXIT.engine,
      );
    const named = values['java-home'];
    const javaHome = named ?? process.env.JAVA_HOME;
    const options: DoctorOptions = {
      ...(values.image !== undefined && { image: values.image }),
      ...(javaHome && { javaHome: { path: resolve(javaHome), named: named !== undefined } }),
      ...(values['keep-trial'] !== undefined && { keepTrial: values['keep-trial'] }),
      ...(values.timeout !== undefined && { timeout: atLeastOne('timeout', values.timeout, 300) }),
      ...(values['from-trial'] !== undefined && { fromTrial: values['from-trial'] }),
    };
    const { examine } = await import('../doctor/examine.ts');
    let report = await examine(options);
    if (values.fix) {
      const { fix } = await import('../doctor/fix.ts');
      const done = await fix(report, say);
      if (done === 0) say('there is nothing here that --fix can do');
      else report = await examine(options);
    }
    const { formatReport } = await import('../doctor/format.ts');
    process.stdout.write(values.json ? toJson(report) : formatReport(report, painter()));
    return exitCode(report, named !== undefined);
  },
});
