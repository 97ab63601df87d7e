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
function distance(where: Where, speakers: readonly Speaker[], isEnvelope: boolean): number {
  if (speakers[0] === 'crac') return 0; // written in the order that suits crac
  const tools = speakers.filter((speaker) => speaker !== 'criu');
  const own = tools.findIndex((speaker) => concerns(where, speaker));
  // The tool's own words help more than those for any container; but the log that a line names is looked at first.
  if (own >= 0) return own + (isEnvelope || where === tools[own] ? 0 : 0.5);
  if (where === 'program' || where === 'machine') return 100;
  if (where === 'criu') return speakers.includes('criu') && speakers.length === 1 ? 99 : 101;
  if (where === 'container' || CONTAINERS.some((tool) => tool === where)) return 102;
  return where === 'crac' ? 103 : 104;
}

export const ordered = (
  remedies: readonly Remedy[],
  speakers: readonly Speaker[],
  isEnvelope: boolean,
): Remedy[] => {
  const far = ({ where }: Remedy) => distance(where, speakers, isEnvelope);
  return [...remedies].sort((a, b) => far(a) - far(b));
};
