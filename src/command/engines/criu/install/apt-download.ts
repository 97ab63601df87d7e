import { AptRoot } from './apt-root.ts';
import { readAptSources } from './apt-sources.ts';
import { mainArchives, newerUbuntuSuites, suitesToTry, thisDistribution } from './apt-suites.ts';
import { EngineInstallError } from './errors.ts';
import { type KernelNeeds, unsuitable, upstreamVersion } from './version.ts';

/** The packages: CRIU, and what changes the paths inside its binary. Dependencies come by themselves. */
const PACKAGES = ['criu', 'patchelf', 'libstdc++6'];

export interface Download {
  version: string;
  suite: string;
  /** Paths of the packages' files. */
  packages: string[];
}

const OFFLINE =
  /Temporary failure resolving|Could not (resolve|connect)|Connection (failed|timed out|refused)|unreachable/i;

/** Downloads the first CRIU that is new enough: the machine's own suite is asked before newer ones. */
export async function downloadWithApt(
  directory: string,
  needs: KernelNeeds,
  progress: (line: string) => void,
): Promise<Download> {
  const distribution = await thisDistribution();
  const archives = mainArchives(await readAptSources(), distribution);
  const newer = distribution.isUbuntu ? await newerUbuntuSuites(distribution) : [];
  const root = await AptRoot.create(directory);
  const problems: string[] = [];
  for (const archive of archives) {
    const seen = new Set<string>();
    for (const suite of suitesToTry(archive, distribution, newer)) {
      if (seen.has(suite)) continue;
      progress(`asking the archive for CRIU in ${suite}`);
      const found = await root.update(archive, suite).then(
        async () => {
          seen.add((await root.codename()) ?? suite);
          return { version: await root.candidate('criu') };
        },
        (error: Error) => ({ problem: error.message }),
      );
      const problem = 'problem' in found ? found.problem : verdict(found.version, needs);
      if (problem === undefined && 'version' in found && found.version) {
        progress(`downloading CRIU ${found.version} from ${suite}`);
        return { version: upstreamVersion(found.version), suite, packages: await root.download(PACKAGES) };
      }
      progress(`${suite}: ${problem?.split('\n')[0]}`);
      problems.push(`${suite}: ${problem}`);
      if (problem !== undefined && OFFLINE.test(problem)) break; // its other suites are as far away
    }
  }
  throw nothingFound(problems, needs);
}

const verdict = (version: string | undefined, needs: KernelNeeds): string | undefined =>
  version === undefined ? 'has no criu' : unsuitable(upstreamVersion(version), needs);

function nothingFound(problems: string[], needs: KernelNeeds): EngineInstallError {
  const advice = `Install CRIU ${needs.minimum} or later in another way and set CRAC_CRIU_PATH to it.`;
  if (problems.length === 0) {
    return new EngineInstallError(
      'failed',
      "apt's sources name no archive of this distribution",
      `Add it to them. ${advice}`,
    );
  }
  const isOffline = problems.some((problem) => OFFLINE.test(problem));
  const what = isOffline
    ? 'the archive cannot be reached'
    : 'no archive has a CRIU that can work on this kernel';
  const text = [what, ...problems].join('\n');
  if (!isOffline) return new EngineInstallError('too-old', text, advice);
  return new EngineInstallError(
    'unreachable',
    text,
    `Check the network and the proxy that apt uses, and try again. ${advice}`,
  );
}
