import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Confinement, Containers, StartedContainer } from './container.ts';
import type { Place } from './crac.ts';
import type { Instruction, Stage } from './dockerfile.ts';

/** A container image as `docker build` would have made it. */
export interface BuiltImage {
  /** The layers, topmost first. */
  layers: string[];
  user: number;
  cwd: string;
  env: Record<string, string>;
  cmd: string[];
}

/** The capabilities that Docker gives to a container of its own accord. */
export const DOCKERS_OWN =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/**
 * A replacement for a step that cannot be done here: another command, or a function that fills the directory of the new
 * layer.
 */
export type StandIn = string | ((layer: string) => Promise<void>);

/** The build of the stages of a Dockerfile in containers of crun, step by step, each a layer. */
export class ImageBuild {
  readonly #built = new Map<string, BuiltImage>();

  /** @param standIns replacements for steps that cannot be done, by their exact words */
  constructor(
    readonly containers: Containers,
    readonly place: Place,
    readonly context: string,
    readonly bases: { layers: string[] },
    readonly standIns: Map<string, StandIn>,
  ) {}

  async stage(name: string, stages: Map<string, Stage>): Promise<BuiltImage> {
    const known = this.#built.get(name);
    if (known) return known;
    const stage = stages.get(name);
    const image: BuiltImage = stage
      ? structuredClone(await this.stage(stage.base, stages))
      : { layers: this.bases.layers, user: 0, cwd: '/', env: { PATH: PATHS }, cmd: [] };
    for (const instruction of stage?.instructions ?? []) {
      if (instruction.options.from) await this.stage(instruction.options.from, stages);
      await this.#step(image, instruction);
    }
    this.#built.set(name, image);
    return image;
  }

  async #step(image: BuiltImage, { name, text, options }: Instruction): Promise<void> {
    if (name === 'USER') image.user = Number(text);
    else if (name === 'WORKDIR') image.cwd = text;
    else if (name === 'CMD') image.cmd = JSON.parse(text) as string[];
    else if (name === 'ENV')
      for (const pair of text.split(' ')) {
        const [key = '', value = ''] = pair.split('=');
        image.env[key] = value;
      }
    else if (name === 'RUN') image.layers.unshift(await this.#run(image, text));
    else if (name === 'COPY') image.layers.unshift(await this.#copy(image, text.split(' '), options));
    else if (name !== 'EXPOSE' && name !== 'ENTRYPOINT')
      throw new Error(`not understood in a Dockerfile: ${name}`);
  }

  async #run(image: BuiltImage, text: string): Promise<string> {
    const standIn = this.standIns.get(text);
    if (typeof standIn === 'function') {
      const layer = await this.containers.layer();
      await standIn(layer);
      return layer;
    }
    const { upper } = await this.#toEnd(image, ['sh', '-c', standIn ?? text]);
    return upper;
  }

  async #copy(image: BuiltImage, [from = '', to = '']: string[], options: Record<string, string>) {
    const layer = await this.containers.layer();
    if (options.from) {
      const source = this.#built.get(options.from) as BuiltImage;
      await this.#toEnd(source, ['cp', '-a', from, '/images/copied'], { user: 0 });
      await mkdir(dirname(join(layer, to)), { recursive: true });
      await rename(this.containers.images('copied'), join(layer, to));
      return layer;
    }
    const target = join(layer, image.cwd);
    await mkdir(target, { recursive: true });
    const wanted = (path: string) => !path.startsWith(join(this.context, 'node_modules')); // as .dockerignore
    await cp(join(this.context, from), join(target, to), { recursive: true, filter: wanted });
    const chown = ['-R', '-h', `${options.chown}:${options.chown}`, target];
    const { code, stderr } = await this.place.start('chown', chown).ended;
    if (code !== 0) throw new Error(`chown: ${stderr}`);
    return layer;
  }

  /** Runs a step of `docker build`: with Docker's own capabilities, and the network. */
  async #toEnd(image: BuiltImage, words: string[], more: Confinement = {}): Promise<StartedContainer> {
    const confinement = { capabilities: DOCKERS_OWN, maskProc: true, hostNetwork: true, seconds: 300 };
    const container = await this.start(image, words, { ...confinement, ...more });
    const { code, stdout, stderr } = await container.running.ended;
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    await rm(join(container.bundle, 'work'), { recursive: true });
    return container;
  }

  start(image: BuiltImage, words: string[], more: Confinement): Promise<StartedContainer> {
    const { user, cwd, env, layers } = image;
    return this.containers.start(this.place, words, { user, cwd, env, ...more }, layers);
  }
}

const PATHS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
