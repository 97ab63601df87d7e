import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';

export interface Credentials {
  user: string;
  secret: string;
  /** True where the secret is not a password but a token that gives tokens. */
  isIdentityToken: boolean;
}

interface Config {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** Returns what `docker login` or `podman login` has kept for this registry; undefined where nobody has logged in. */
export function credentialsFor(
  registry: string,
  environment: NodeJS.ProcessEnv = process.env,
): Credentials | undefined {
  for (const path of configFiles(environment)) {
    const found = fromConfig(read(path), registry, path, environment);
    if (found) return found;
  }
  return undefined;
}

const configFiles = (environment: NodeJS.ProcessEnv): string[] => [
  ...(environment.REGISTRY_AUTH_FILE ? [environment.REGISTRY_AUTH_FILE] : []),
  join(environment.DOCKER_CONFIG ?? join(environment.HOME ?? homedir(), '.docker'), 'config.json'),
  ...(environment.XDG_RUNTIME_DIR ? [join(environment.XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
];

function read(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw error;
  }
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null) return config as Config;
    throw new Error('it holds no object');
  } catch (cause) {
    throw new CommandError(
      `cannot read ${path}: ${(cause as Error).message}; mend it, or log in anew`,
      EXIT.usage,
      {
        cause,
      },
    );
  }
}

/** Lists the names of a registry: Docker's own is kept under an older one, too. */
const namesOf = (registry: string): string[] => {
  const names = ['docker.io', 'index.docker.io'].includes(registry)
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io']
    : [registry];
  return names.flatMap((name) => [
    name,
    `https://${name}`,
    `http://${name}`,
    `https://${name}/v1/`,
    `https://${name}/v2/`,
  ]);
};

function fromConfig(
  { auths = {}, credHelpers = {}, credsStore }: Config,
  registry: string,
  path: string,
  environment: NodeJS.ProcessEnv,
): Credentials | undefined {
  const names = namesOf(registry);
  const helper = names.map((name) => own(credHelpers, name)).find(Boolean) ?? credsStore;
  if (helper) {
    const found = fromHelper(helper, names[0] as string, path, environment);
    if (found) return found;
  }
  const entry = names.map((name) => own(auths, name)).find(Boolean);
  if (!entry) return undefined;
  if (entry.identitytoken) return { user: '', secret: entry.identitytoken, isIdentityToken: true };
  const text = entry.auth
    ? Buffer.from(entry.auth, 'base64').toString()
    : `${entry.username ?? ''}:${entry.password ?? ''}`;
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), secret: text.slice(colon + 1), isIdentityToken: false };
}

const own = <T>(record: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** The longest time in milliseconds: a helper may ask its user. */
const PATIENCE = 60_000;

/** Asks docker-credential-NAME, as docker does. The helper says on standard output, too, that it knows nothing. */
function fromHelper(
  helper: string,
  server: string,
  path: string,
  environment: NodeJS.ProcessEnv,
): Credentials | undefined {
  if (!/^[\w.-]+$/.test(helper))
    throw new CommandError(
      `${path} names the credential helper ${JSON.stringify(helper)}, which is no name. Set "credsStore" or "credHelpers" there to a name as "pass", for docker-credential-pass`,
      EXIT.usage,
    );
  const command = `docker-credential-${helper}`;
  const { status, stdout, stderr, error } = spawnSync(command, ['get'], {
    input: server,
    encoding: 'utf8',
    timeout: PATIENCE,
    env: environment,
  });
  // A helper that does not read what it is asked has closed its end, and may have answered all the same.
  if (error && (status === null || (error as NodeJS.ErrnoException).code !== 'EPIPE'))
    throw new CommandError(
      `${path} says that ${command} has the credentials for ${server}, and it cannot be run: ${error.message}. Install it, or run \`docker login ${server}\` anew`,
      EXIT.failed,
      { cause: error },
    );
  if (status !== 0) {
    if (/not found/i.test(stdout + stderr)) return undefined;
    throw new CommandError(
      `${command} has no credentials for ${server}: ${(stdout + stderr).trim()}. Give them with\n  docker login ${server}`,
      EXIT.failed,
    );
  }
  try {
    const { Username: user, Secret: secret } = JSON.parse(stdout) as { Username: string; Secret: string };
    if (typeof user !== 'string' || typeof secret !== 'string')
      throw new Error('no Username and Secret in it');
    return { user, secret, isIdentityToken: user === '<token>' };
  } catch (cause) {
    throw new CommandError(
      `the answer of ${command} cannot be read. See what it says:\n  echo REGISTRY | ${command} get`,
      EXIT.failed,
      { cause },
    );
  }
}
