import { inWordsOf, runtimeHere } from '../doctor/runtime-words.ts';
import type { Where } from './entry.ts';
import type { Speaker } from './speaker.ts';

/** Tools that a command may begin with, and who speaks where that one is at hand. */
const TOOLS: Readonly<Record<string, Speaker>> = {
  podman: 'podman',
  docker: 'docker',
  runc: 'runc',
  crun: 'crun',
  ctr: 'containerd',
  nerdctl: 'containerd',
};

const toolOf = (line: string): Speaker | undefined => {
  const [, tool = ''] = line.match(/^(?:sudo )?(\w+) /) ?? [];
  return TOOLS[tool];
};

/** Leaves of a command that is written out for several tools the lines for the one that speaks. */
function forOneTool(command: string, speakers: readonly Speaker[]): string {
  const lines = command.split('\n');
  const tools = lines.map(toolOf);
  if (tools.some((tool) => tool === undefined) || new Set(tools).size < 2) return command;
  const own = speakers.find((speaker) => tools.includes(speaker));
  return own === undefined ? command : lines.filter((_, at) => tools[at] === own).join('\n');
}

/**
 * Puts a command for any container runtime into the words of the one that speaks in the text, or of the one that is at
 * work here where the text says nothing of any.
 */
export function inOwnWords(command: string, where: Where, speakers: readonly Speaker[]): string {
  const [first] = speakers;
  if (first === 'crac' || first === 'criu') {
    const runtime = runtimeHere();
    return runtime ? inWordsOf(runtime, command) : command;
  }
  if (where !== 'container') return command;
  const own = forOneTool(command, speakers);
  return first === 'kubernetes' || first === 'podman' ? inWordsOf(first, own) : own;
}
