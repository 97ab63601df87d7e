import type { Remedy, Where } from './entry.ts';
import type { Speaker } from './speaker.ts';

const CONTAINERS: readonly Speaker[] = [
  'kubernetes',
  'docker',
  'podman',
  'crio',
  'containerd',
  'runc',
  'crun',
];
const JAVA: readonly Speaker[] = ['java', 'liberty', 'quarkus', 'spring', 'micronaut'];

/** Tells whether a remedy of that place helps whoever uses this program. */
function concerns(where: Where, speaker: Speaker): boolean {
  if (where === speaker) return true;
  if (where === 'container') return CONTAINERS.includes(speaker);
  if (where === 'java') return JAVA.includes(speaker);
  return false;
}

/**
 * Orders remedies: the tool that speaks in the text comes first, then what anybody can do, then the engine's own way,
 * and last the other tools, crac among them: whoever uses podman is not helped by a command of a program that is not
 * there.
 */
function distance(where: Where, speakers: readonly Speaker[]): number {
  if (speakers[0] === 'crac') return 0; // written in the order that suits crac
  const own = speakers
    .filter((speaker) => speaker !== 'criu')
    .findIndex((speaker) => concerns(where, speaker));
  if (own >= 0) return own;
  if (where === 'program' || where === 'machine') return 100;
  if (where === 'criu') return speakers.includes('criu') && speakers.length === 1 ? 99 : 101;
  if (where === 'container' || CONTAINERS.some((tool) => tool === where)) return 102;
  return where === 'crac' ? 103 : 104;
}

export const ordered = (remedies: readonly Remedy[], speakers: readonly Speaker[]): Remedy[] =>
  [...remedies].sort((a, b) => distance(a.where, speakers) - distance(b.where, speakers));
