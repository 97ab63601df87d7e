import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Place } from '../crac.ts';
import { type Application, ask, askJson } from './application.ts';

const run = promisify(execFile);

/** Makes the application Verdaccio: a registry to which npm itself publishes and from which it installs. */
export function verdaccio(entry: string, port: number): Application {
  let home: Place;
  /** Runs the npm of users, at home in this folder. */
  const npm = async (at: number, token: string, cwd: string, ...words: string[]): Promise<void> => {
    const config = join(cwd, '.npmrc');
    writeFileSync(config, `registry=http://127.0.0.1:${at}/\n//127.0.0.1:${at}/:_authToken=${token}\n`);
    // No settings of this machine are used, so no other registry and no proxy; no cache, so this copy gives each byte.
    const env = { PATH: process.env.PATH, HOME: cwd, npm_config_globalconfig: join(cwd, 'none') };
    await run('npm', [...words, '--no-update-notifier'], { cwd, env });
  };
  const folder = (name: string, json: object, program?: string): string => {
    const made = home.path(name);
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, 'package.json'), JSON.stringify(json));
    if (program) writeFileSync(join(made, 'index.js'), program);
    return made;
  };
  /** The pings that the load has asked, and Verdaccio has answered. */
  const pings: string[] = [];
  return {
    port,
    logins: 20,
    ready: '/-/ping',
    paths: ['/', '/-/ping', '/before', '/before/-/before-1.0.0.tgz'],
    warm: ['--warm', '/', '--warm', '/-/ping', '--count', '50'],
    async make(at) {
      const ping = `/-/ping?n=${pings.length}`;
      await ask(at, ping);
      pings.push(ping);
    },
    wrongLines(output) {
      // Verdaccio logs each request, and each answer twice.
      const lines = (ping: string) => output.split(`'GET ${ping}'`).length - 1;
      return pings.filter((ping) => lines(ping) !== 3);
    },
    begin(place) {
      home = place;
      const config = place.path('config.yaml');
      copyFileSync(join(dirname(entry), '../../../config.yaml'), config);
      // Its own default is to die by SIGTERM.
      const env = { VERDACCIO_HANDLE_KILL_SIGNALS: 'true' };
      return { words: [entry, '--config', config, '--listen', `127.0.0.1:${port}`], env };
    },
    async login(at) {
      const account = { name: 'joe', password: 'correct horse' };
      const basic = { authorization: `Basic ${Buffer.from('joe:correct horse').toString('base64')}` };
      const path = '/-/user/org.couchdb.user:joe';
      return (await askJson<{ token: string }>(at, path, account, basic, 'PUT')).token;
    },
    async create(at, token, name) {
      const program = `module.exports = ${JSON.stringify(`hello from ${name}`)};\n`;
      await npm(at, token, folder(`publish-${name}`, { name, version: '1.0.0' }, program), 'publish');
      return name;
    },
    async read(at, token, id) {
      const cwd = folder(`use-${id}-${at}`, { private: true });
      await npm(at, token, cwd, 'install', id, '--no-audit', '--no-fund');
      const { stdout } = await run(process.execPath, ['-p', `require('${id}')`], { cwd });
      if (stdout !== `hello from ${id}\n`) throw new Error(`installed, ${id} says ${stdout}`);
      return (await askJson<{ dist: { shasum: string } }>(at, `/${id}/1.0.0`)).dist.shasum;
    },
  };
}
