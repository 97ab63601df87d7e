import { arch, cpus } from 'node:os';
import { machineHasProtectionKeys } from '../machine/protection-keys.ts';
import { type Finding, ok, problem } from './finding.ts';
import { readText } from './proc.ts';

/** Features that decide the layout of the saved registers: an image needs these on the machine that restores it. */
const LAYOUT = ['xsave', 'xsavec', 'avx', 'avx2', 'avx512f', 'pku', 'amx_tile', 'user_shstk'];

export function checkCpu(): Finding[] {
  const why = 'machine code and registers cannot be moved to a CPU that lacks what this one has';
  const architecture = arch();
  const model = cpus()[0]?.model ?? 'unknown';
  if (architecture !== 'x64' && architecture !== 'arm64')
    return [
      problem('cpu.architecture', `${architecture}: not tried with crac`, why, { mend: ['x64 or arm64'] }),
    ];
  const flags = new Set(
    (/^(?:flags|Features)\s*:\s*(.*)$/m.exec(readText('/proc/cpuinfo') ?? '')?.[1] ?? '').split(' '),
  );
  const present = LAYOUT.filter((name) => flags.has(name));
  return [
    ok('cpu.architecture', `${architecture}, ${model}`, why),
    ok(
      'cpu.features',
      present.length > 0
        ? `an image made here needs ${present.join(', ')} where it is restored`
        : `${flags.size} features`,
      why,
      { affects: ['restore'] },
    ),
    ok(
      'cpu.protection-keys',
      machineHasProtectionKeys()
        ? 'the CPU has them; programs under `crac run` are answered that it has none'
        : 'the CPU has none',
      'the engine does not carry memory protection keys; whoever takes one nevertheless cannot be checkpointed',
      { affects: ['checkpoint'] },
    ),
  ];
}
