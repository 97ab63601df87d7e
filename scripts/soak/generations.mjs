import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock, expect, linkOf, processesIn, records, Unique } from './checks.mjs';
import { ask, Process } from './process.mjs';

const root = join(import.meta.dirname, '../..');
const crac = join(root, 'bin/crac');
const restorer = join(root, 'native/build/crac-native'); // what bin/crac starts for a restore
const program = join(root, 'test/fixtures/programs/soak.cjs');

/** How copies end, in turn: half of them cannot tidy up after themselves, or do so by exit codes of their own. */
const ENDS = ['SIGTERM', 'SIGKILL', 'exit', 'SIGKILL', 'drain', 'SIGINT'];

/** Generations of one program: each has an image, which is restored many times. */
export class Generations {
  #place;
  #options;
  #figures;
  #isOver;
  #runtime;
  #ports;
  #unique = new Unique();
  /** Answers of a program that was never checkpointed, before and after the next step. */
  #digests = [];
  #descriptors;

  constructor(place, options, figures, isOver) {
    this.#place = place;
    this.#options = options;
    this.#figures = figures;
    this.#isOver = isOver;
    this.#runtime = join(place, 'run');
  }

  async soak() {
    this.#ports = await freePorts(this.#options.lanes + 1);
    const [port, ...others] = this.#ports;
    const reference = this.#start('reference', this.#options.node, [program], others.at(-1));
    const next = async () =>
      this.#digests.push(JSON.parse(await ask(others.at(-1), '/step')).digest) > 2 && this.#digests.shift();
    this.#digests.push(JSON.parse(await reference.line()).digest);
    await next();

    const { node, nodeOptions } = this.#options;
    const words = ['run', '--node', node, '--image', this.#image, ...nodeOptions, program];
    let from = performance.now();
    let live = this.#start('live', crac, words, port);
    let clock = new Clock();
    this.#look(await live.line(), clock, from, 0);
    while (!this.#isOver()) {
      await this.#checkpoint(live, clock);
      let drawn = 0;
      const lanes = this.#ports.slice(0, -1).map(async (own, lane) => {
        while (!this.#isOver() && ++drawn < this.#options.every) await this.#copy(lane, own, clock);
      });
      await Promise.all(lanes);
      if (this.#isOver()) break;
      from = performance.now();
      ({ live, clock } = await this.#restore('live', port, clock)); // the next image is of what this copy has become
      from = performance.now();
      this.#look(await ask(port, '/step'), clock, from, 1, live);
      await this.#nothingIsLeft(live);
      await next();
    }
    const left = this.#isOver() && live.over ? [] : [live];
    for (const each of [...left, reference]) each.child.kill('SIGKILL');
  }

  get #image() {
    return join(this.#place, `image-${this.#figures.generations}`);
  }

  #start(name, command, words, port) {
    const env = {
      ...process.env,
      PORT: String(port),
      NODE_CRAC: join(root, 'dist/index.cjs'),
      CRAC_RUNTIME_DIR: this.#runtime,
      CRAC_ENGINE: this.#options.engine,
    };
    return new Process(command, words, {
      cwd: this.#place,
      env,
      errors: join(this.#place, `${name}.errors`),
    });
  }

  /** All that a program tells must be true: `step` 0 or 1 of this generation. */
  #look(line, clock, from, step, copy) {
    const facts = JSON.parse(line);
    expect('its data', facts.digest, this.#digests[step]);
    if (copy && this.#options.engine === 'direct') expect('its PID', facts.pid, copy.pid);
    this.#unique.add(facts.unique);
    clock.see(facts, from);
  }

  async #checkpoint(live, clock) {
    const old = this.#image;
    this.#figures.generations++;
    const command = this.#start('checkpoint', crac, ['checkpoint', String(live.pid), '--image', this.#image]);
    await command.line();
    await command.mustEnd(0);
    await live.mustEnd(0);
    clock.stopped();
    rmSync(old, { recursive: true, force: true });
  }

  async #restore(lane, port, before) {
    this.#figures.begun++;
    const from = performance.now();
    const clock = before.restored();
    const moved = port === this.#ports[0] ? [] : ['--listen', `${this.#ports[0]}=${port}`];
    const command = existsSync(restorer) ? restorer : crac;
    const live = this.#start(lane, command, ['restore', ...moved, this.#image]);
    this.#look(await live.line(), clock, from, 0, live);
    this.#figures.restored(performance.now() - from);
    return { live, clock };
  }

  async #copy(lane, port, before) {
    const { live, clock } = await this.#restore(`copy-${lane}`, port, before);
    const how = ENDS[this.#figures.restores % ENDS.length];
    const code = 1 + (this.#figures.restores % 100);
    const bySignal = how.startsWith('SIG');
    const asked = performance.now();
    this.#look(await ask(port, bySignal ? '/step' : `/step/${how}/${code}`), clock, asked, 1, live);
    if (bySignal) live.child.kill(how);
    await live.mustEnd(how === 'SIGTERM' ? 0 : bySignal ? how : code);
    if (bySignal && how !== 'SIGTERM') return; // the next restore removes its record
    if (this.#options.engine === 'direct' && records(this.#runtime).includes(String(live.pid)))
      throw new Error(`the record of ${live.pid} is left`);
  }

  /** Of a generation: what is there is this image, and this program with its record. */
  async #nothingIsLeft(live) {
    const expected = [`image-${this.#figures.generations}`, 'run'];
    const files = readdirSync(this.#place).filter((name) => !name.endsWith('.errors'));
    expect('files', files.sort().join(), expected.join());
    expect('records', records(this.#runtime).join(), String(live.pid));
    expect('processes', processesIn(this.#place).length, 2); // with the reference
    // What the last request had is closed a moment after its answer; crac listens again a moment later, too.
    const links = () => readdirSync(`/proc/${live.pid}/fd`).map((fd) => linkOf(`/proc/${live.pid}/fd/${fd}`));
    if (this.#descriptors === undefined) await pause(500);
    this.#descriptors ??= links().length;
    for (let looks = 0; links().length !== this.#descriptors && looks < 500; looks++) await pause(10);
    if (links().length !== this.#descriptors)
      throw new Error(`it had ${this.#descriptors} descriptors, and has ${links().join()}`);
  }
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
