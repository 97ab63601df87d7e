import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../crac.ts';
import { missing, userId } from './debian.ts';
import { Server } from './server.ts';

export const mosquittoMissing = (): string | undefined =>
  missing('/usr/sbin/mosquitto', 'mosquitto') ?? missing('/usr/bin/mosquitto_sub', 'mosquitto-clients');

/** A broker for MQTT. */
export class Mosquitto extends Server {
  static async begin(port: number): Promise<Mosquitto> {
    const server = new Mosquitto('mosquitto', port, userId('mosquitto'));
    writeFileSync(
      join(server.directory, 'conf'),
      `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stdout\nlog_type all\n`,
    );
    await server.start();
    return server;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  protected command(): string[] {
    return ['/usr/sbin/mosquitto', '-c', join(this.directory, 'conf')];
  }

  protected async answers(): Promise<boolean> {
    return this.publish('up', 'yes');
  }

  publish(topic: string, text: string): boolean {
    const words = ['-p', String(this.port), '-q', '2', '-t', topic, '-m', text];
    return spawnSync('mosquitto_pub', words).status === 0;
  }

  /**
   * Listens to all that is published from now on, as `topic text`, with the highest assurance; resolves when it
   * listens.
   */
  async listen(): Promise<{ lines: string[]; close(): void }> {
    const words = ['-p', String(this.port), '-q', '2', '-t', '#', '-F', '%t %p'];
    const child = spawn('mosquitto_sub', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() as string;
      lines.push(...parts);
    });
    while (lines.length === 0) {
      this.publish('begin', 'now');
      await pause(20);
    }
    return { lines, close: () => child.kill('SIGKILL') };
  }
}
