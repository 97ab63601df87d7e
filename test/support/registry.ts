import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Place, pause, ROOT } from './crac.ts';

/** A real registry (Verdaccio) on loopback, without one behind it: it has what was published to it. */
export interface Registry {
  url: string;
  /** Returns settings of an npm that may publish: no other registry, no proxy, no cache of this machine. */
  environment(home: string): NodeJS.ProcessEnv;
}

async function answers(url: string): Promise<void> {
  for (const until = Date.now() + 60_000; ; await pause(50))
    try {
      if ((await fetch(`${url}-/ping`)).ok) return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
}

export async function startRegistry(place: Place, port: number): Promise<Registry> {
  const apps = execFileSync(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', 'verdaccio'], {
    encoding: 'utf8',
  });
  const entry = (JSON.parse(apps) as { verdaccio: string }).verdaccio;
  const folder = place.path('registry');
  mkdirSync(folder);
  const config = join(folder, 'config.yaml');
  copyFileSync(join(dirname(entry), '../../../config.yaml'), config);
  place.start(process.execPath, [entry, '--config', config, '--listen', `127.0.0.1:${port}`]);
  const url = `http://127.0.0.1:${port}/`;
  await answers(url);
  const account = { name: 'joe', password: 'correct horse' };
  const created = await fetch(`${url}-/user/org.couchdb.user:joe`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const { token } = (await created.json()) as { token: string };
  const settings = join(folder, 'npmrc');
  writeFileSync(
    settings,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\nupdate-notifier=false\n`,
  );
  return {
    url,
    environment: (home) => ({
      HOME: home,
      npm_config_userconfig: settings,
      npm_config_globalconfig: join(folder, 'none'),
      npm_config_cache: join(home, '.npm'),
    }),
  };
}
