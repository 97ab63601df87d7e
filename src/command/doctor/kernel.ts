import { release } from 'node:os';
import { compareVersions } from '../base/versions.ts';
import { type Finding, limit, ok, problem, unknown } from './finding.ts';
import { checkOptions } from './kernel-options.ts';
import type { Machine } from './machine.ts';
import { checkNamespaces } from './namespaces.ts';
import { sysctl } from './proc.ts';
import { setting } from './settings.ts';
import { profileFor } from './system-calls.ts';

export async function checkKernel(machine: Machine): Promise<Finding[]> {
  return [checkVersion(machine), await checkOptions(), ...checkNamespaces(machine), checkPids(machine)];
}

function checkVersion({ probe }: Machine): Finding {
  const version = release();
  const needed = probe?.way === 'user' ? '5.9' : '5.5';
  const why = `${needed} or later: ${probe?.way === 'user' ? 'CAP_CHECKPOINT_RESTORE, which the engine has in a user namespace' : 'clone3 with chosen PIDs'}`;
  return compareVersions(version.replace(/-.*/, ''), needed) >= 0
    ? ok('kernel.version', `Linux ${version}`, why)
    : problem('kernel.version', `Linux ${version}`, why, { mend: ['a newer kernel'] });
}

const FEW = 1000;

function checkPids({ probe, container }: Machine): Finding {
  const most = Number(sysctl('kernel.pid_max') ?? 'NaN');
  const why = 'a restored program has the PIDs and thread numbers that it had, in a PID namespace of its own';
  const [clone, last] = ['clone3-set-tid', 'ns-last-pid'].map((name) => probe?.answers.get(name));
  const seen = `clone3 with a chosen PID: ${word(clone)}; ns_last_pid: ${word(last)}; pid_max ${most}`;
  if (clone === undefined) return unknown('kernel.pids', 'not tried: no PID namespace could be made', why);
  if (clone !== '' && last !== '')
    return problem('kernel.pids', seen, `${why}; there is no way here to choose them`, {
      affects: ['restore'],
      mend: [
        'a kernel with CONFIG_CHECKPOINT_RESTORE',
        ...setting(container?.runtime ?? 'docker', 'seccomp-restore', profileFor(probe?.way ?? 'user')),
      ],
    });
  if (most < FEW)
    return limit('kernel.pids', seen, `${why}; higher ones cannot be made here`, {
      affects: ['restore'],
      mend: ['sysctl -w kernel.pid_max=32768'],
    });
  return ok('kernel.pids', seen, why, { affects: ['restore'] });
}

const word = (answer: string | undefined): string => (answer === '' ? 'works' : (answer ?? 'not tried'));
