import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../base/run.ts';
import type { AptSource } from './apt-sources.ts';

/**
 * An apt of our own in a directory: its state, its lists and its cache are private, so that it needs no root and
 * touches nothing of the system. How the archive is reached (proxy, credentials) and which keys are trusted stay as
 * this machine's apt has them. No package counts as installed, so that all dependencies are downloaded, the C library
 * too.
 */
export class AptRoot {
  readonly #directory: string;
  readonly #architecture: string;

  private constructor(directory: string, architecture: string) {
    this.#directory = directory;
    this.#architecture = architecture;
  }

  static async create(directory: string): Promise<AptRoot> {
    const { stdout } = await run('dpkg', ['--print-architecture']);
    const root = new AptRoot(directory, stdout.trim());
    for (const name of ['state/lists/partial', 'cache/archives/partial', 'log']) {
      await mkdir(join(directory, name), { recursive: true });
    }
    await writeFile(join(directory, 'state/status'), '');
    await writeFile(join(directory, 'apt.conf'), configuration(directory, root.#architecture));
    return root;
  }

  /** Fetches one suite's list of packages. apt refuses what is not signed by the source's key. */
  async update(source: AptSource, suite: string): Promise<void> {
    const components = source.components.filter((name) => name === 'main' || name === 'universe');
    const stanza = [
      'Types: deb',
      `URIs: ${source.uri}`,
      `Suites: ${suite}`,
      `Components: ${components.join(' ')}`,
      `Architectures: ${this.#architecture}`,
      'Targets: Packages',
      ...(source.signedBy === undefined ? [] : [`Signed-By: ${source.signedBy}`]),
    ];
    await writeFile(join(this.#directory, 'archive.sources'), `${stanza.join('\n')}\n`);
    const { stderr } = await this.#apt('apt-get', ['update', '-q']);
    // Where an archive cannot be reached, apt warns, goes on with nothing and ends well.
    const failed = /^[WE]: (Failed to fetch .*)/m.exec(stderr)?.[1];
    if (failed !== undefined) throw new Error(failed);
  }

  /** Returns the version that would be installed. */
  async candidate(name: string): Promise<string | undefined> {
    const { stdout } = await this.#apt('apt-cache', ['policy', name]);
    const version = /^\s*Candidate: (\S+)/m.exec(stdout)?.[1];
    return version === '(none)' ? undefined : version;
  }

  /** Returns the suite's codename as its signed release file has it: `testing` and `forky` can be one. */
  async codename(): Promise<string | undefined> {
    const lists = join(this.#directory, 'state/lists');
    const name = (await readdir(lists)).find((file) => /_(In)?Release$/.test(file));
    if (name === undefined) return undefined;
    return /^Codename: (\S+)/m.exec(await readFile(join(lists, name), 'utf8'))?.[1];
  }

  /** @returns the packages' files: those named and everything they depend on */
  async download(names: readonly string[]): Promise<string[]> {
    await this.#apt('apt-get', [
      'install',
      '-q',
      '-y',
      '--download-only',
      '--no-install-recommends',
      ...names,
    ]);
    const archives = join(this.#directory, 'cache/archives');
    const files = (await readdir(archives)).filter((file) => file.endsWith('.deb'));
    return files.map((file) => join(archives, file));
  }

  #apt(program: string, args: string[]): Promise<{ stdout: string; stderr: string }> {
    return run(program, ['-c', join(this.#directory, 'apt.conf'), ...args], { seconds: 900 });
  }
}

/**
 * Writes the configuration; `#clear` takes back what the machine's may have set and what would act on the system
 * itself.
 */
function configuration(directory: string, architecture: string): string {
  return `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
#clear APT::Architectures;
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Debug::NoLocking "true";
Dir::State "${directory}/state";
Dir::State::Lists "${directory}/state/lists";
Dir::State::status "${directory}/state/status";
Dir::Cache "${directory}/cache";
Dir::Cache::Archives "${directory}/cache/archives";
Dir::Log "${directory}/log";
Dir::Etc::SourceList "${directory}/archive.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
`;
}
