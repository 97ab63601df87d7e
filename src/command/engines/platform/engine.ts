import type { Engine } from '../engine.ts';

/**
 * The engine platform: somebody else freezes the program, its machine or its sandbox; crac calls the hooks around that.
 */
export const platform: Engine = {
  name: 'platform',
  about: {
    summary: 'somebody else freezes the machine or the sandbox (Lambda, gVisor, Firecracker, QEMU)',
    checkpoint: 'the program, standing still until `crac notify after-restore`',
    restore: "the platform's; in each copy `crac notify after-restore PID`",
    makes: 'nothing',
    hasNamespaces: false,
    hasSupervisor: false,
    settings: {},
  },
  start: async (launch) => (await import('../portable/supervise.ts')).superviseProgram(launch),
  checkpoint: async (asked) => (await import('./checkpoint.ts')).letGo(asked),
  goOn: async (asked) => (await import('./wake.ts')).wake(asked),
};
