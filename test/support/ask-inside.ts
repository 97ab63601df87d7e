import type { Ended, Place } from './crac.ts';

/** An engine that starts containers, as its command line has it. */
export interface ContainerEngine {
  readonly place: Place;
  run(...words: string[]): Promise<Ended>;
  done(...words: string[]): Promise<string>;
  ask(container: string, path?: string): Promise<string>;
  close(): Promise<void>;
}

/** What a server in a container answers; it has a network of its own. */
export async function askInside(
  engine: Omit<ContainerEngine, 'ask'>,
  container: string,
  path = '/',
  port = 3000,
): Promise<string> {
  const pid = await engine.done('inspect', '--format', '{{.State.Pid}}', container);
  const script = `const until = Date.now() + 30_000;
    for (;;) try {
      process.stdout.write(await (await fetch('http://127.0.0.1:${port}${path}')).text()); break;
    } catch (error) { if (Date.now() > until) throw error; await new Promise((done) => setTimeout(done, 50)); }`;
  const words = ['-t', pid, '-n', process.execPath, '--input-type=module', '-e', script];
  const { code, stdout, stderr } = await engine.place.start('nsenter', words).ended;
  if (code !== 0) throw new Error(`${stderr}\n${(await engine.run('logs', container)).stderr}`);
  return stdout;
}
