import { installableEngine } from '../engines/registry.ts';
import { type Container, findContainer } from './container.ts';
import { type Probe, probe } from './probe.ts';
import { ownStatus } from './proc.ts';

export interface DoctorOptions {
  /** The directory where images are to go. */
  image?: string;
  /** A JDK to look at, and whether the user named it: one from the environment is not touched. */
  javaHome?: { path: string; named: boolean };
  /** The directory where the trial's image is kept, for a restore somewhere else. */
  keepTrial?: string;
  /** A kept trial to be restored here, where no checkpoint is made. */
  fromTrial?: string;
  /** The time in seconds that each command of the trial may take. */
  timeout?: number;
}

/** The facts that several checks look at, found out once. */
export interface Machine {
  options: DoctorOptions;
  uid: number;
  status: Record<string, string>;
  /** The path of the engine that is a program of its own, where there is one that is used. */
  program: string | undefined;
  container: Container | undefined;
  /** Undefined where the native part is missing. */
  probe: Probe | undefined;
}

export async function lookAtMachine(options: DoctorOptions): Promise<Machine> {
  const program = (await (await installableEngine()).look()).used?.path;
  return {
    options,
    uid: process.geteuid?.() ?? -1,
    status: ownStatus(),
    program,
    container: findContainer(),
    probe: await probe(program),
  };
}
