import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/command/doctor/examine.ts';
import type { Operation } from '../../src/command/doctor/finding.ts';
import type { Recipe } from '../../src/command/doctor/recipes.ts';
import { type Confinement, Containers, whyNoContainers } from '../support/container.ts';
import { denying, ENOSYS, profile, settingsOf, without } from '../support/container-settings.ts';
import { Place } from '../support/crac.ts';
import { type EndedReport, reportOf, said } from '../support/doctor.ts';
import { DOCKERS_OWN } from '../support/image-build.ts';

// G3: what a container must be given for a checkpoint and for a restore, each found by taking it away.

const why = await whyNoContainers();

const place = new Place();
let containers: Containers;

/** Runs `crac doctor` in a container: it makes, dumps and restores a tiny program, or restores a kept one. */
async function doctor(operation: Operation, name: string, given: Confinement): Promise<EndedReport> {
  const words = [operation === 'checkpoint' ? '--keep-trial' : '--from-trial', `/images/${name}`];
  return reportOf(await containers.run(place, ['crac', 'doctor', '--json', ...words], given));
}

const problems = ({ findings }: Report): string[] =>
  findings.filter(({ state }) => state === 'problem').map(({ id }) => id);

/** Expects what the doctor of a container that lacks something finds, and that nothing else is the matter. */
async function failing(operation: Operation, name: Recipe['name'], given: Confinement): Promise<Report> {
  const report = await doctor(operation, operation === 'checkpoint' ? `${name}-failed` : name, given);
  expect(report.engines.criu, JSON.stringify(report, null, 1)).toMatchObject({ [operation]: 'no' });
  expect(said(report, `trial.${operation}`)).not.toContain('there is no image');
  return report;
}

const SIX = ['SETPCAP', 'NET_ADMIN', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_ADMIN', 'SYS_TIME'];

afterAll(() => place.close());

describe.skipIf(why)(`containers${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    containers = await Containers.create();
    for (const name of ['user', 'root', 'capabilities'] as const) {
      const made = await doctor('checkpoint', name, settingsOf(name, 'checkpoint'));
      expect(made, JSON.stringify(made, null, 1)).toMatchObject({
        code: 0,
        checkpoint: 'yes',
        restore: 'yes',
      });
      expect(problems(made)).toEqual([]);
    }
  }, 300_000);
  afterAll(() => containers?.close());

  test.each(['user', 'root', 'capabilities'] as const)('G3: the recipe `%s` is enough', async (name) => {
    const restored = await doctor('restore', name, settingsOf(name, 'restore'));
    expect(restored, JSON.stringify(restored, null, 1)).toMatchObject({
      code: 1,
      checkpoint: 'no',
      restore: 'yes',
    });
    expect(said(restored, 'caller.seccomp')).toContain('docker run --security-opt seccomp=unconfined');
  });

  test.each(['user', 'root'] as const)(
    'G3: the recipe `%s` is enough in a container with a user namespace and a read-only root file system',
    async (name) => {
      const around = { userNamespace: true, readOnlyRoot: true };
      const made = await doctor('checkpoint', `${name}-inside`, {
        ...settingsOf(name, 'checkpoint'),
        ...around,
      });
      expect(made, JSON.stringify(made, null, 1)).toMatchObject({
        code: 0,
        checkpoint: 'yes',
        restore: 'yes',
      });
      const restored = await doctor('restore', `${name}-inside`, {
        ...settingsOf(name, 'restore'),
        ...around,
      });
      expect(restored, JSON.stringify(restored, null, 1)).toMatchObject({ code: 1, restore: 'yes' });
    },
  );

  test.each(['user', 'root', 'capabilities'] as const)(
    'G3: no checkpoint in the way `%s` with any seccomp profile',
    async (name) => {
      const seccomp = profile('capabilities');
      const report = await failing('checkpoint', name, {
        ...settingsOf(name, 'checkpoint'),
        seccomp,
      });
      expect(problems(report)).toContain('caller.seccomp');
      expect(said(report, 'trial.checkpoint')).toMatch(/seccomp/);
    },
  );

  test.each(['checkpoint', 'restore'] as const)(
    'G3: no %s in a user namespace while /proc is masked',
    async (operation) => {
      const report = await failing(operation, 'user', {
        ...settingsOf('user', operation),
        maskProc: true,
      });
      expect(problems(report)).toContain('container.proc');
      expect(said(report, 'container.proc')).toContain('docker run --security-opt systempaths=unconfined');
      expect(said(report, `trial.${operation}`)).toContain('Parts of /proc are masked here');
    },
  );

  test.each(['checkpoint', 'restore'] as const)(
    'G3: no %s as root without CAP_SETFCAP',
    async (operation) => {
      const report = await failing(operation, 'root', without(settingsOf('root', operation), 'SETFCAP'));
      expect(said(report, 'caller.capabilities')).toContain('docker run --cap-add SETFCAP');
      expect(said(report, `trial.${operation}`)).toContain('neither CAP_SYS_ADMIN nor CAP_SETFCAP');
    },
  );

  test('G3: a container as Docker starts it: everything that is missing is said at once', async () => {
    const { stdout, code } = await containers.run(place, ['crac', 'doctor'], {
      capabilities: DOCKERS_OWN,
      seccomp: denying('user', 'unshare'),
      maskProc: true,
    });
    expect(code).toBe(0);
    const advice = stdout.slice(
      stdout.indexOf('What prevents the engine criu'),
      stdout.indexOf('What is not known'),
    );
    expect(advice.replace(/(proc.*:) \d+ parts.*/, '$1 parts')).toBe(`What prevents the engine criu
  caller.seccomp (checkpoint): under a seccomp filter
    The engine must suspend the filter of the program that it dumps, and the kernel allows that to nobody who is under a filter.
      docker run --security-opt seccomp=unconfined …
  caller.calls.unshare (checkpoint and restore): unshare: a seccomp filter answers EPERM
    Every program gets namespaces of its own.
      crac doctor --seccomp-profile user > crac-seccomp.json
      docker run --security-opt seccomp=crac-seccomp.json …
  container.proc (checkpoint and restore): parts
    Each program gets a PID namespace with a /proc of its own, and in a user namespace the kernel mounts none while parts of /proc are hidden.
      docker run --security-opt systempaths=unconfined …
  trial.checkpoint (checkpoint): failed: cannot make a user namespace: Operation not permitted. The container's seccomp profile forbids it; allow it with
    The proof: a tiny program is started, dumped and restored with the commands that everybody uses.
      docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …
    or run crac as root with CAP_SYS_ADMIN
  container.settings (checkpoint and restore): all of the above together
    The smallest settings that suffice; others and the reasons: crac doctor --for docker.
      # for a checkpoint
      docker run --cap-add SETFCAP --security-opt seccomp=unconfined --security-opt systempaths=unconfined …
      # for a restore
      crac doctor --seccomp-profile user > crac-seccomp.json
      docker run --cap-add SETFCAP --security-opt seccomp=crac-seccomp.json --security-opt systempaths=unconfined …

`);
    expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
      'criu: checkpoint: no; restore: no',
      'checkpoint: yes; restore: yes (direct)',
      '  crac run --image DIR app.js',
    ]);
  });

  test.each(SIX)(
    'G3: neither checkpoint nor restore in a masked /proc without CAP_%s',
    async (capability) => {
      for (const operation of ['checkpoint', 'restore'] as const) {
        const report = await failing(
          operation,
          'capabilities',
          without(settingsOf('capabilities', operation), capability),
        );
        expect(said(report, 'caller.capabilities')).toContain(`missing for root's way: CAP_${capability};`);
        expect(said(report, 'caller.capabilities')).toContain(`--cap-add ${capability}`);
      }
    },
  );

  test.each([
    ['unshare', 'caller.calls.unshare'],
    ['mount', 'kernel.pid-namespaces'],
    ['vmsplice', 'caller.calls.vmsplice'],
  ])('G3: no restore in a user namespace without %s', async (call, id) => {
    const report = await failing('restore', 'user', {
      ...settingsOf('user', 'restore'),
      seccomp: denying('user', call),
    });
    expect(problems(report)).toContain(id);
    expect(said(report, id)).toContain('crac doctor --seccomp-profile user');
    if (call === 'vmsplice') expect(said(report, 'trial.restore')).toContain('a seccomp profile denies it');
  });

  test('G11: without clone3, as in Docker and Podman, PIDs are chosen by ns_last_pid', async () => {
    const seccomp = denying('user', 'clone3', ENOSYS);
    const report = await doctor('restore', 'user', { ...settingsOf('user', 'restore'), seccomp });
    expect(report, JSON.stringify(report, null, 1)).toMatchObject({ code: 1, restore: 'yes' });
    expect(said(report, 'caller.calls.clone3')).toContain(
      'clone3: a seccomp filter answers ENOSYS; ns_last_pid can be written instead',
    );
  });

  test('a filter that ends a process instead of refusing', async () => {
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['setns'], action: 'SCMP_ACT_KILL_PROCESS' }],
    };
    const report = await failing('checkpoint', 'user', {
      ...settingsOf('user', 'checkpoint'),
      seccomp,
    });
    expect(said(report, 'caller.calls.probe')).toMatch(/was ended by SIGSYS/);
    expect(said(report, 'trial.checkpoint')).toContain('A seccomp filter ended the engine');
  });

  test.each(['chroot', 'move_mount', 'setns'])(
    'G3: no restore with capabilities without %s',
    async (call) => {
      const seccomp = denying('capabilities', call);
      const report = await failing('restore', 'capabilities', {
        ...settingsOf('capabilities', 'restore'),
        seccomp,
      });
      expect(problems(report)).toContain(`caller.calls.${call}`);
      expect(said(report, `caller.calls.${call}`)).toContain('crac doctor --seccomp-profile capabilities');
    },
  );
});
