// Copies of one image side by side: memory of each, and how fast they come.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstResponse, median, now, start, stop } from './measure.mjs';

/** PIDs by their parent's. (Not every kernel has /proc/PID/task/TID/children.) */
function childrenByParent() {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s+(\d+)$/m)[1];
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch {} // it has just ended
  }
  return children;
}

/** KiB of one process. */
function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
  return { pss: field('Pss'), private: field('Private_Dirty') + field('Private_Clean') };
}

function programs(runtime) {
  const children = childrenByParent();
  return readdirSync(runtime)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => children.get(readFileSync(join(runtime, name, 'init'), 'utf8').trim()) ?? []);
}

/** @returns medians over the copies, in MiB, and copies per second until each has answered */
export async function measureCopies({ crac, image, port, path, count, firstPort, env }) {
  const copies = [];
  const began = now();
  try {
    const queue = Array.from({ length: count }, (_, index) => firstPort + index);
    const lane = async () => {
      for (let to = queue.shift(); to !== undefined; to = queue.shift()) {
        const copy = start(crac, ['restore', image, '--listen', `${port}=${to}`], { env });
        copies.push(copy);
        await firstResponse(to, copy, path);
      }
    };
    await Promise.all([lane(), lane()]);
    const seconds = (now() - began) / 1000;
    const memory = programs(env.CRAC_RUNTIME_DIR).map(memoryOf);
    return {
      copies: count,
      pss: median(memory.map(({ pss }) => pss)) / 1024,
      private: median(memory.map((each) => each.private)) / 1024,
      perSecond: count / seconds,
    };
  } finally {
    for (const copy of copies) await stop(copy);
  }
}
