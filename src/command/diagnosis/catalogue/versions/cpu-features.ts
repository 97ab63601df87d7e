import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CPU_FEATURES',
  phase: 'restore',
  title: 'This CPU lacks features of the one the image was made on',
  signatures: [
    { file: 'cpu.c', text: /CPU (?:instruction )?capabilities do not match run time/ },
    {
      file: 'cpu.c',
      text: /FPU feature required by image is not supported on host(?: \((?<detail>[^)]*)\))?/,
    },
    { file: 'cpu.c', text: /CPU capabilites do not match run time/ },
    {
      file: 'cpu.c',
      text: /CPU Feature (?<detail>\S+) (?:not supported on host|missing in image|required by image)/,
    },
    { file: 'crtools.c', text: /(?<detail>FPU xsave area) present, but host cpu doesn't support it/ },
    { file: 'cpu.c', text: /CPU xsave (?:max )?size mismatch \((?<detail>\d+\/\d+)\)/ },
    { file: 'cpu.c', text: /CPU xfeatures has unsupported bits(?: \((?<detail>[^)]*)\))?/ },
  ],
  cause:
    'The program was checkpointed on a CPU with features that this one does not have[[ ({detail})]]; the same model with other firmware or another hypervisor counts as another.',
  remedies: [
    {
      what: 'Restore on the same kind of CPU, or make the image on the oldest kind',
      where: 'machine',
      command: 'criu cpuinfo dump -D DIR\ncriu cpuinfo check -D DIR',
    },
    {
      what: 'Or restore without the check',
      where: 'crac',
      command: 'crac restore IMAGE --engine-option=--cpu-cap=none',
      cost: 'a missing instruction ends the program (SIGILL, exit code 132)',
    },
    {
      what: 'Or restore without the check',
      where: 'criu',
      command: 'criu restore --cpu-cap=none …',
      cost: 'a missing instruction ends the program (SIGILL, exit code 132)',
    },
    {
      what: 'Make the checkpoint for all CPUs',
      where: 'java',
      command: 'java -XX:CPUFeatures=generic -XX:CRaCCheckpointTo=DIR …',
      cost: 'somewhat slower code',
    },
  ],
  samples: [
    '(00.002003) Error (criu/arch/x86/cpu.c:223): cpu: CPU instruction capabilities do not match run time\n(00.002100) Error (criu/cr-restore.c:2397): Restoring FAILED.',
    '(00.002003) Error (criu/arch/x86/cpu.c:247): cpu: FPU feature required by image is not supported on host (fpu:0 fxsr:0 osxsave:0 xsaves:1)',
    '(00.002003) Error (criu/arch/x86/cpu.c:275): cpu: CPU xsave size mismatch (2696/832)',
    '(00.002003) Error (criu/arch/x86/cpu.c:262): cpu: CPU xfeatures has unsupported bits (0x60000)',
  ],
});
