import {
  AS_USER,
  again,
  answerIn,
  answers,
  goesOn,
  hasCounted,
  make,
  refused,
  refusedForPages,
  restore,
} from './lines.mjs';
import { LEVELS } from './list.mjs';

/** Images by the engine direct, for the other machines: where each was made, and its kernel's size of pages. */
const travellers = [];

const fileName = (name) => name.replaceAll(' ', '-');

/** Makes one that the others can have, restores it, and makes and restores the next generation. */
async function makeDirect({ machine, step }, { name, arch }) {
  const level = LEVELS[arch].at(-1);
  const made = await step(`run, checkpoint (${level}, direct)`, make('/tmp/direct', level, '', 'direct'));
  const image = `direct-${fileName(name)}`;
  answers.set(image, answerIn(made.output));
  await machine.run(`rm -rf /images/${image}; cp -a /tmp/direct /images/${image}`);
  await step(`restore (${level}, direct)`, restore('/tmp/direct'), goesOn(image));
  await step(
    `restore, checkpoint (${level}, direct, second generation)`,
    again('/tmp/direct', '/tmp/second'),
  );
  await step(`restore (${level}, direct, second generation)`, restore('/tmp/second'), goesOn(image));
  travellers.push({ name, arch, image, pages: await pagesOf(machine) });
}

/** What has threads, and what has processes: made, restored, made anew of a copy, and that restored. */
async function makeOthers({ step }, { arch }) {
  const level = LEVELS[arch].at(-1);
  for (const [name, what] of Object.entries(OTHERS)) {
    const made = `/tmp/${name}`;
    await step(
      `run, checkpoint (direct, ${what})`,
      make(made, level, '', 'direct', `${name}.cjs`),
      hasCounted(1),
    );
    await step(`restore (direct, ${what})`, restore(made), hasCounted(2));
    await step(
      `restore, checkpoint (direct, ${what}, second generation)`,
      again(made, `${made}-2`),
      hasCounted(2),
    );
    await step(`restore (direct, ${what}, second generation)`, restore(`${made}-2`), hasCounted(3));
  }
}

const OTHERS = { threads: 'Workers', processes: 'cluster and fork' };

/** Other versions of Node, where the tree has them. */
async function makeVersions({ step }, { nodes = [], user }) {
  for (const version of nodes) {
    const path = `export PATH=/opt/node${version}:$PATH; `;
    const image = `/tmp/node${version}`;
    const made = await step(
      `run, checkpoint (direct, Node ${version})`,
      path + make(image, 'native', user ? AS_USER : '', 'direct'),
    );
    answers.set(image, answerIn(made.output));
    await step(
      `restore (direct, Node ${version})`,
      path + restore(image, user ? AS_USER : ''),
      goesOn(image),
    );
  }
}

const pagesOf = async (machine) => Number((await machine.run('getconf PAGESIZE')).output.trim());

/** Restores those of the other kernels and CPUs; on arm64 a program uses all of its CPU, and `max` is more than the others. */
async function restoreDirect({ machine, step }, { name: self, arch, cpu }) {
  const pages = await pagesOf(machine);
  for (const { name, image, pages: theirs } of travellers.filter(
    (one) => one.arch === arch && one.name !== self,
  )) {
    const isFromMore = arch === 'arm64' && name.includes('max') && !cpu.startsWith('max');
    const expected = theirs !== pages ? refusedForPages : isFromMore ? refused : goesOn(image);
    const ending = expected === refused || expected === refusedForPages ? ': refused' : '';
    await machine.run(`rm -rf /tmp/${image}; cp -a /images/${image} /tmp/${image}`);
    await step(
      `restore of an image of '${name}' by the engine direct${ending}`,
      restore(`/tmp/${image}`),
      expected,
    );
  }
}

async function makeAll({ machine, step }, { arch, user }) {
  for (const level of LEVELS[arch]) {
    const made = await step(`run, checkpoint (${level}, root)`, make(`/tmp/${level}`, level));
    const image = `${arch}-${level}`;
    answers.set(image, answerIn(made.output));
    await step(`restore (${level}, root)`, restore(`/tmp/${level}`), goesOn(image));
    await machine.run(`rm -rf /images/${image}; cp -a /tmp/${level} /images/${image}`);
  }
  if (!user) return;
  await step('run, checkpoint (direct, user)', make('/tmp/direct-user', 'native', AS_USER, 'direct'));
  await step('restore (direct, user)', restore('/tmp/direct-user', AS_USER));
  await step('run, checkpoint (native, user)', make('/tmp/user', 'native', AS_USER));
  await step('restore (native, user)', restore('/tmp/user', AS_USER));
}

/** Those of the last machine of this kind of CPU that made some. */
async function restoreAll({ machine, step }, arch) {
  await machine.run(`for i in /images/${arch}-*; do cp -a $i /tmp/; done`);
  if (arch === 'arm64') {
    await step(
      'restore of an image of the same CPU under 6.12',
      restore('/tmp/arm64-native'),
      goesOn('arm64-native'),
    );
    return;
  }
  await step(
    'restore of an image made on max with --cpu baseline',
    restore('/tmp/x64-baseline'),
    goesOn('x64-baseline'),
  );
  await step('restore of an image made on max: refused', restore('/tmp/x64-native'), refused);
}

/** Carries out on one machine what it is there for. */
export async function tryOn(run, one) {
  await run.machine.boots();
  if (!one.here)
    await run.step('doctor', 'CRAC_RUNTIME_DIR=$(mktemp -d) crac doctor', ({ code }) => code === 0);
  await restoreDirect(run, one);
  if ((one.here || one.makes) && !travellers.some(({ name }) => name === one.name))
    await makeDirect(run, one);
  if (one.makes) await makeOthers(run, one);
  await makeVersions(run, one);
  if (!one.here) await (one.makes ? makeAll(run, one) : restoreAll(run, one.arch));
}
