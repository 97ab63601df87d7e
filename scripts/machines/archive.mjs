import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once, sh } from './tools.mjs';

const SOURCES = '/etc/apt/sources.list.d/debian.sources';

/** Debian's packages, unpacked and not installed: of this machine's kind as its apt has them, of another kind by an apt with a state of its own. */
export class Archive {
  #directory;
  #env;
  #updated;

  /** @param suite another one than this machine's, of the same archive */
  constructor(directory, architecture = undefined, suite = undefined) {
    this.#directory = join(directory, [architecture, suite].filter(Boolean).join('-') || '.');
    mkdirSync(this.#directory, { recursive: true });
    this.#env = process.env;
    this.#updated = architecture === undefined;
    if (architecture !== undefined) this.#ownState(architecture, suite);
  }

  #ownState(architecture, suite) {
    const apt = join(this.#directory, 'apt');
    for (const name of ['state/lists/partial', 'cache/archives/partial', 'log'])
      mkdirSync(join(apt, name), { recursive: true });
    writeFileSync(join(apt, 'status'), '');
    let sources = '';
    if (suite !== undefined) {
      writeFileSync(join(apt, 'archive.sources'), onlyOf(suite));
      sources = `Dir::Etc::SourceList "${apt}/archive.sources"; Dir::Etc::SourceParts "/dev/null";`;
    }
    const conf = join(apt, 'apt.conf');
    writeFileSync(
      conf,
      `#clear APT::Architectures;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };
APT::Sandbox::User "root"; Acquire::Languages "none";
Dir::State "${apt}/state"; Dir::State::status "${apt}/status"; Dir::Cache "${apt}/cache"; Dir::Log "${apt}/log";
${sources}
`,
    );
    this.#env = { ...process.env, APT_CONFIG: conf };
  }

  #apt(command, words, options = {}) {
    if (!this.#updated) {
      this.#updated = true;
      sh('apt-get', ['-q', 'update'], { env: this.#env });
    }
    return sh(command, words, { env: this.#env, ...options });
  }

  /** @returns the directory of one package's files */
  unpacked(name) {
    return once(join(this.#directory, name), (path) => {
      this.#apt('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', name], { cwd: path });
      unpackIn(path, path);
    });
  }

  /** @returns the directory of the files of packages and of all that they depend on; `debs` has the packages' names */
  closure(label, names) {
    return once(join(this.#directory, label), (path) => {
      const archives = join(path, 'debs');
      mkdirSync(join(archives, 'partial'), { recursive: true });
      const where = ['-o', `Dir::Cache::archives=${archives}`];
      const how = ['-q', '-y', '--download-only', '--no-install-recommends'];
      this.#apt('apt-get', [...where, 'install', ...how, ...names]);
      mkdirSync(join(path, 'tree'));
      const debs = unpackIn(archives, join(path, 'tree'));
      rmSync(archives, { recursive: true });
      writeFileSync(join(path, 'debs'), debs.join('\n'));
    });
  }

  /** Finds the newest package whose name matches. */
  like(pattern) {
    const names = this.#apt('apt-cache', ['search', '--names-only', pattern])
      .split('\n')
      .map((line) => line.split(' ')[0]);
    const [newest] = names.filter(Boolean).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    if (!newest) throw new Error(`Debian's lists have no package ${pattern}: apt-get update?`);
    return newest;
  }
}

function unpackIn(from, to) {
  const debs = readdirSync(from).filter((one) => one.endsWith('.deb'));
  for (const file of debs) {
    sh('dpkg-deb', ['-x', join(from, file), to]);
    rmSync(join(from, file));
  }
  return debs;
}

/** Writes the source of one suite, at the address and with the key of this machine's Debian. */
function onlyOf(suite) {
  const field = (name) => new RegExp(`^${name}: *(.*)`, 'm').exec(readFileSync(SOURCES, 'utf8'))?.[1];
  return `Types: deb\nURIs: ${field('URIs')}\nSuites: ${suite}\nComponents: main\nSigned-By: ${field('Signed-By')}\n`;
}
