import { stat } from 'node:fs/promises';
import { capabilityNames } from '../../../doctor/capabilities.ts';
import { type Finding, limit, ok, problem } from '../../../doctor/finding.ts';
import type { Machine } from '../../../doctor/machine.ts';
import { describeEngine, ORIGINS } from '../install/describe.ts';
import { installCriu } from '../install/install.ts';
import type { CriuInstall } from '../install/install-record.ts';
import { checkFeatures } from './features.ts';
import { missingLibraries } from './libraries.ts';

const INSTALL = {
  mend: ['crac engine install'],
  fix: {
    say: "installing an engine from the distribution's archive into a directory of its own",
    run: () => installCriu({ progress: (line) => process.stderr.write(`crac: ${line}\n`) }),
  },
};

/** Returns the remedy; an engine that the user named is used, whatever else is installed. */
const remedy = (origin: CriuInstall['origin']): Pick<Finding, 'mend' | 'fix'> =>
  origin === 'environment' ? { mend: ['unset CRAC_CRIU_PATH', ...INSTALL.mend] } : INSTALL;

export async function checkEngine(machine: Machine): Promise<Finding[]> {
  const { used, others, kernel } = await describeEngine();
  const why = 'the engine (CRIU) writes a process into files and makes it again';
  if (!used) return withoutEngine(others, why);
  const { path, version, origin, suitable, reason } = used;
  const needed = `this kernel (${kernel.release}) needs ${kernel.minimum} or later: ${kernel.reason}`;
  return [
    ok('engine.found', `CRIU ${version}  ${path}  (${ORIGINS[origin]})`, why),
    suitable
      ? ok('engine.version', `${version}, and ${kernel.minimum} or later is needed`, needed)
      : problem('engine.version', reason ?? version, needed, remedy(origin)),
    ...(await checkFile(path, machine)),
    ...(await checkLibraries(used)),
    ...(suitable ? await checkFeatures(path, machine) : []), // one that is too old lacks many
  ];
}

const oneLine = (text = ''): string => text.trim().replace(/:?\n\s*/g, ': ');

/** Reports that no engine can be used; one that does not start may lack a library. */
async function withoutEngine(others: readonly CriuInstall[], why: string): Promise<Finding[]> {
  const named = others.find(({ origin }) => origin === 'environment');
  const broken = named ?? others.find(({ version }) => version === '');
  const missing = broken ? await checkLibraries(broken) : [];
  const libraries = missing.filter(({ state }) => state === 'problem');
  if (named) {
    const seen = `CRAC_CRIU_PATH: ${named.path}: ${oneLine(named.reason)}`;
    return [problem('engine.found', seen, why, { mend: ['unset CRAC_CRIU_PATH'] }), ...libraries];
  }
  const seen = others.map(({ path, reason }) => `${path}: ${oneLine(reason)}`).join('; ');
  return [problem('engine.found', seen || 'there is none', why, INSTALL), ...libraries];
}

/** Checks whose file it is and what it may do; Java's CRaC needs root's SUID bit, this one does not. */
async function checkFile(path: string, { uid, probe }: Machine): Promise<Finding[]> {
  const { uid: owner, mode } = await stat(path);
  const bits = (mode & 0o7777).toString(8);
  const writable = (mode & 0o002) !== 0 || (owner !== 0 && owner !== uid);
  const suid = (mode & 0o4000) !== 0;
  const capabilities = capabilityNames(probe?.fileCapabilities ?? 0n);
  const whyOwner = 'whoever can write it decides what runs with the rights of those who restore';
  const seen = `owner ${owner === 0 ? 'root' : owner}, mode ${bits}`;
  const privileges = suid
    ? `SUID bit of ${owner === 0 ? 'root' : `user ${owner}`}`
    : capabilities.map((name) => `CAP_${name}`).join(', ');
  const whyPrivileges =
    'crac needs neither SUID bit nor file capabilities: root has its own, others work in a user namespace';
  return [
    writable
      ? limit('engine.owner', `${seen}: others than root and you can write it`, whyOwner, {
          mend: [`chown root:root ${path}`, `chmod 755 ${path}`],
        })
      : ok('engine.owner', seen, whyOwner),
    suid && owner === 0
      ? limit(
          'engine.privileges',
          `${privileges}: everybody who can start it has root's rights in it`,
          whyPrivileges,
          {
            mend: [`chmod u-s ${path}`],
          },
        )
      : ok(
          'engine.privileges',
          privileges || 'no SUID bit and no file capabilities: none is needed',
          whyPrivileges,
        ),
  ];
}

async function checkLibraries({ path, origin }: CriuInstall): Promise<Finding[]> {
  const why = 'without each of its libraries the engine does not start';
  const missing = await missingLibraries(path);
  if (missing.length > 0)
    return [problem('engine.libraries', `missing: ${missing.join(', ')}`, why, remedy(origin))];
  return [ok('engine.libraries', 'all are there', why)];
}
