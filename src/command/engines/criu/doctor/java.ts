import { chmod, chown, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { quote } from '../../../base/quote.ts';
import { type Finding, limit, ok, problem, type State } from '../../../doctor/finding.ts';
import type { Machine } from '../../../doctor/machine.ts';
import { inspect } from '../install/candidates.ts';
import { kernelNeeds } from '../install/version.ts';
import { missingLibraries } from './libraries.ts';

/** Looks at the engine of a JDK with CRaC, as its debugging guide does (`ls -la $JAVA_HOME/lib/criu`). */
export async function checkJava({ options: { javaHome }, program, uid }: Machine): Promise<Finding[]> {
  if (!javaHome) return [];
  const path = join(javaHome.path, 'lib/criu');
  const why = "Java's CRaC starts the CRIU of its JDK, for a checkpoint and for a restore";
  const found = await stat(path).catch(() => undefined); // what is missing is told next
  if (!found?.isFile()) {
    const there = await stat(javaHome.path).catch(() => undefined);
    const seen = there ? `there is no ${path}` : `there is no directory ${javaHome.path}`;
    const make = javaHome.named ? problem : limit;
    return [
      make('java.engine', `${seen}: a JDK without CRaC`, why, {
        mend: ['install a JDK with CRaC for Linux, and set JAVA_HOME to it'],
      }),
    ];
  }
  return [
    ok('java.engine', path, why),
    owner(path, found.uid, javaHome.named),
    suid(path, found, uid, javaHome.named),
    await works(path, program),
  ];
}

const fixFor = (named: boolean, say: string, run: () => Promise<unknown>) =>
  named ? { fix: { say, run } } : {};

function owner(path: string, uid: number, named: boolean): Finding {
  const why = 'with the SUID bit it has the rights of its owner, and it needs those of root';
  if (uid === 0) return ok('java.owner', 'root', why);
  return problem('java.owner', `user ${uid}`, why, {
    mend: [
      `sudo chown root:root ${quote(path)}`,
      `sudo chmod u+s ${quote(path)}   # a change of owner takes the bit away`,
    ],
    ...fixFor(named, `giving ${path} to root`, () => chown(path, 0, 0)),
  });
}

function suid(
  path: string,
  { mode, uid: owner }: { mode: number; uid: number },
  uid: number,
  named: boolean,
): Finding {
  const why = 'it needs extensive privileges, which an ordinary user has by the SUID bit only';
  const bits = (mode & 0o7777).toString(8);
  if ((mode & 0o4000) !== 0) return ok('java.suid', `mode ${bits}`, why);
  const state: State = uid === 0 && owner === 0 ? 'limit' : 'problem';
  return {
    ...problem(
      'java.suid',
      `mode ${bits}: no SUID bit${state === 'limit' ? '; only root can use it' : ''}`,
      why,
      {
        mend: [`sudo chmod u+s ${quote(path)}`],
        ...fixFor(named, `setting the SUID bit of ${path}`, () => chmod(path, (mode & 0o7777) | 0o4000)),
      },
    ),
    state,
  };
}

async function works(path: string, ours: string | undefined): Promise<Finding> {
  const { minimum, reason: need } = kernelNeeds(release());
  const why = `on this kernel CRIU ${minimum} or later is needed: ${need}`;
  const { suitable, version, reason } = await inspect(path, 'option', release());
  if (suitable) return ok('java.version', `CRIU ${version}`, why);
  const missing = version === '' ? await missingLibraries(path) : [];
  const seen =
    missing.length > 0
      ? `does not start: ${missing.join(', ')} missing`
      : (reason?.split('\n')[0] ?? version);
  return problem('java.version', seen, why, {
    mend: ours
      ? [`export CRAC_CRIU_PATH=${quote(ours)}   # Java takes this one instead`]
      : ['crac engine install   # then export CRAC_CRIU_PATH to what it prints'],
  });
}
