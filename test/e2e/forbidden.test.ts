import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { doctor, find } from '../support/doctor.ts';
import { criuPath } from '../support/engine.ts';
import { place } from '../support/own-place.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

/** What a container forbids is named, with the least that allows it, in the words of the runtime around. */

const why = whyNoUsers();

let forbid: string;

beforeEach(() => {
  forbid = place.path('forbid');
  const source = join(ROOT, 'test/command/diagnosis/programs/forbid.c');
  execFileSync('cc', ['-O1', '-o', forbid, source]);
});

const under = (...calls: string[]): string[] => [forbid, ...calls, '--'];

const IDLE = 'console.log("up"); setInterval(() => {}, 1000);';

/** An image of an ordinary user. */
async function userImage(): Promise<As> {
  const as = new As(place, NOBODY);
  writeFileSync(place.path('idle.js'), IDLE, { mode: 0o644 });
  const program = as.start(['run', '--image', as.path('image'), place.path('idle.js')]);
  await program.line(/up/);
  expect(await as.crac('checkpoint', as.path('image'))).toMatchObject({ code: 0 });
  await program.ended;
  return as;
}

const NO_NAMESPACE =
  "crac: cannot make a user namespace: Operation not permitted. The container's seccomp profile forbids it; allow it with\n";
const OR_ROOT = 'or run crac as root with CAP_SYS_ADMIN\n';

/** Parts of /proc hidden, as runtimes do it. */
const MASKED = ['unshare', '-m', 'sh', '-c', 'mount --bind /proc/sys /proc/sys && exec "$@"', 'sh'];

describe.skipIf(why)(`what a container forbids${why ? ` (skipped: ${why})` : ''}`, () => {
  test('a restore names the profile that is enough, in the words of each runtime, and ends with that', async () => {
    const { home } = await userImage();
    const restore = (env: NodeJS.ProcessEnv, around: string[] = []) =>
      new As(place, NOBODY, [...around, ...under('unshare')]).start(['restore', `${home}/image`], env).ended;
    const failed = (lines: string) => ({
      code: 71,
      signal: null,
      stdout: '',
      stderr: `${NO_NAMESPACE}${lines}${OR_ROOT}`,
    });
    const profile = '  crac doctor --seccomp-profile user > crac-seccomp.json';
    const localhost = 'seccompProfile: { type: Localhost, localhostProfile: crac-seccomp.json }';
    expect(await restore({})).toEqual(
      failed(`${profile}\n  docker run --security-opt seccomp=crac-seccomp.json …\n`),
    );
    expect(await restore({}, MASKED)).toEqual(
      failed(
        `${profile}\n  docker run --security-opt seccomp=crac-seccomp.json --security-opt systempaths=unconfined …\n`,
      ),
    );
    const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    const nodes = '   # to /var/lib/kubelet/seccomp/ of each node';
    expect(await restore(kubernetes)).toEqual(
      failed(`${profile}${nodes}\n  securityContext: { ${localhost} }\n`),
    );
    expect(await restore(kubernetes, MASKED)).toEqual(
      failed(
        `${profile}${nodes}\n  hostUsers: false   # of the pod\n  securityContext: { ${localhost}, procMount: Unmasked }\n`,
      ),
    );
    const podman = [
      ...['unshare', '-m', 'sh', '-c'],
      'mount -t tmpfs run /run && touch /run/.containerenv && exec "$@"',
      'sh',
    ];
    expect(await restore({}, [...podman, ...MASKED])).toEqual(
      failed(
        `${profile}\n  podman run --security-opt seccomp=crac-seccomp.json --security-opt unmask=ALL …\n`,
      ),
    );
  });

  test('for a checkpoint no profile is large enough', async () => {
    const as = new As(place, NOBODY, under('unshare'));
    writeFileSync(place.path('idle.js'), IDLE, { mode: 0o644 });
    const run = ['run', '--engine', 'criu', '--image', as.path('image'), place.path('idle.js')];
    const said = async (env: NodeJS.ProcessEnv) => (await as.start(run, env).ended).stderr;
    expect(await said({})).toBe(
      `${NO_NAMESPACE}  docker run --security-opt seccomp=unconfined …\n${OR_ROOT}`,
    );
    expect(await said({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBe(
      `${NO_NAMESPACE}  securityContext: { seccompProfile: { type: Unconfined } }\n${OR_ROOT}`,
    );
  });

  test('a chroot is no matter of a seccomp profile', async () => {
    const as = await userImage();
    const root = place.path('root');
    mkdirSync(root);
    const chroot = ['unshare', '-m', 'sh', '-c', `mount --rbind / ${root}; exec chroot ${root} "$@"`, 'sh'];
    expect(await new As(place, NOBODY, chroot).crac('restore', as.path('image'))).toEqual({
      code: 71,
      signal: null,
      stdout: '',
      stderr:
        'crac: cannot make a user namespace: Operation not permitted. A chroot or a security module forbids it, no seccomp profile is at work: run\ncrac outside of the chroot, or as root with CAP_SYS_ADMIN\n',
    });
  });

  test('a profile that denies setns is not a wrong user', async () => {
    const as = new As(place, NOBODY);
    writeFileSync(place.path('idle.js'), IDLE, { mode: 0o644 });
    const program = as.start(['run', '--image', as.path('image'), place.path('idle.js')]);
    await program.line(/up/);
    const { code, stderr } = await new As(place, NOBODY, under('setns')).crac('checkpoint', as.path('image'));
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\/proc\/\d+\//g, '/proc/PID/')).toContain(
      `cannot enter /proc/PID/ns/user: Operation not permitted. A seccomp profile denies setns to crac; a checkpoint is made under none:
    docker run --security-opt seccomp=unconfined …`,
    );
    expect(stderr).not.toContain('as the user who');
    expect(await as.crac('checkpoint', as.path('image'))).toMatchObject({ code: 0, stderr: '' });
    await program.ended;
  });

  test('a directory in which this user may not write is told before the program is started', async () => {
    const as = new As(place, NOBODY);
    const [closed, hidden] = ['closed', 'hidden'].map((name) => place.path(name)) as [string, string];
    mkdirSync(closed, { mode: 0o755 });
    mkdirSync(join(hidden, 'images'), { recursive: true });
    chmodSync(hidden, 0o700);
    writeFileSync(place.path('started.js'), `require('fs').writeFileSync('started', '')`, { mode: 0o644 });
    const build = (image: string) => as.crac('build', '--image', image, place.path('started.js'));
    const advice = (path: string) =>
      `\nIt was needed to write an image to ${path}/image\nLook at its owner and mode (ls -ld ${path}), or name another directory\n`;
    expect(await build(`${closed}/image`)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `crac: cannot use ${closed}: this user may not (EACCES)${advice(closed)}`,
    });
    const inside = join(hidden, 'images');
    expect(await build(`${inside}/image`)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `crac: cannot look at ${inside}: this user may not (EACCES)${advice(inside)}`,
    });
    expect(existsSync(as.path('started'))).toBe(false);
  });

  test('an engine that cannot look at the kernel is one finding, with its cause', async () => {
    const report = await doctor([], {}, under('move_mount'));
    const features = report.findings.filter(({ id }) => id.startsWith('engine.features'));
    expect(features).toMatchObject([
      {
        id: 'engine.features',
        state: 'problem',
        seen: 'the engine could not look what this kernel can do: Fail to MOVE_MOUNT_SET_GROUP: Operation not permitted',
      },
    ]);
    expect(features[0]?.mend).toContain('crac doctor --seccomp-profile capabilities > crac-seccomp.json');
  });

  test('a kernel without the module that lists unix sockets', async () => {
    const server = `require('net').createServer().listen('${place.path('socket')}', () => console.log('up'));
      require('net').connect('${place.path('socket')}');`;
    writeFileSync(place.path('server.js'), server);
    const [file = '', ...words] = [...under('sock_diag=ENOENT'), CRAC];
    const run = ['run', '--image', place.path('image'), place.path('server.js')];
    const program = place.start(file, [...words, ...run]);
    await program.line(/up/);
    const { code, stderr } = await place.crac('checkpoint', place.path('image'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `crac: the checkpoint failed; the program goes on
The checkpoint failed with 1 error; no image was made, the program goes on:

1. EngineError: the kernel cannot list unix sockets (socket(NETLINK_SOCK_DIAG): No such file or directory): its module unix_diag is not loaded, and cannot be loaded from here. The engine needs it, too. As root of the machine:
       modprobe -a unix_diag inet_diag tcp_diag udp_diag packet_diag netlink_diag (ERR_CRAC_ENGINE_FAILED)
`,
    });
  });

  test('a machine that is too slow for the time given is not known to be unable', async () => {
    const engine = place.path('criu');
    writeFileSync(engine, `#!/bin/sh\n[ "$1" = dump ] && sleep 5\nexec ${criuPath()} "$@"\n`, {
      mode: 0o755,
    });
    const report = await doctor(['--timeout', '1'], { CRAC_CRIU_PATH: engine });
    expect(report.findings.filter(({ state }) => state === 'problem')).toEqual([]);
    expect(report.engines.criu).toEqual({ checkpoint: 'unknown', restore: 'unknown' });
    expect(find(report, 'trial.checkpoint')).toMatchObject({
      state: 'unknown',
      seen: 'not done after 1 s, and ended; where the machine is only slow, give it longer:',
      mend: ['crac doctor --timeout 2'],
    });
  });

  test("`crac engine install` where nothing can be checkpointed does not repeat CRIU's advice", async () => {
    const script = place.path('dist/check.mjs');
    symlinkSync(join(ROOT, 'native'), place.path('native'));
    const text = `import { checkReport } from '${ROOT}/src/command/engines/criu/install/check.ts';
      console.log(await checkReport('${criuPath()}'));`;
    const stdin = { contents: text, resolveDir: ROOT };
    await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'error' });
    const report = async (...before: string[]) => {
      const [file = '', ...words] = [...before, process.execPath, script];
      return (await place.start(file, words).ended).stdout;
    };
    // As root in the steps of `docker build`: without CAP_SYS_ADMIN, under a profile.
    const step = [...under('unshare'), 'setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'];
    expect(await report(...step)).toBe(
      'criu check: not asked, because no program can be checkpointed here (a build?); where it is to run, ask `crac doctor`\n',
    );
    expect(await report()).toBe('criu check: Looks good.\n');
  });
});
