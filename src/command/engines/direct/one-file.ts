import { flagsOf, grouped, type Held, identityOf, sharedMemoryOf } from './held.ts';

/** Marks a description by a flag that means nothing to a file (O_NONBLOCK), until the next mark or word. */
export type Mark = (one: Held) => Promise<void>;

const named = ({ member, fd }: Held): string => `descriptor ${fd} of ${member.name}`;

/**
 * Finds files of which several processes have one description, so that one sees how far the other has read or written. The
 * kernel does not tell (`kcmp` is forbidden in containers): one process marks its own, and the others are looked at.
 * @returns for each such description all who hold it
 * @throws Error naming files without a name that several have, and not as one
 */
export async function filesOfSeveral(held: readonly Held[], mark: Mark): Promise<Held[][]> {
  const files = held
    .filter(({ target }) => target.startsWith('/') && !target.startsWith('/dev/'))
    .map((one) => ({ one, ...identityOf(one) }))
    .filter(({ isRegular }) => isRegular);
  const found: Held[][] = [];
  for (const group of grouped(files, ({ id }) => id).values()) {
    const all = group.map(({ one }) => one);
    if (isOfOne(all)) continue;
    const descriptions = await descriptionsOf(all, mark);
    if (!group[0]?.hasName) refuseNameless(all, descriptions);
    found.push(...descriptions.filter((holders) => !isOfOne(holders)));
  }
  return found;
}

const isOfOne = (held: readonly Held[]): boolean => held.every(({ member }) => member === held[0]?.member);

/** Divides descriptors of one file by their descriptions. */
async function descriptionsOf(all: readonly Held[], mark: Mark): Promise<Held[][]> {
  const found: Held[][] = [];
  for (let left = [...all]; left.length > 0; ) {
    const [first] = left as [Held];
    const alike = left.filter((one) => one.position === first.position && one.flags === first.flags);
    if (!isOfOne(alike)) await mark(first);
    const same = isOfOne(alike)
      ? [first]
      : alike.filter((one) => one === first || flagsOf(one) !== one.flags);
    found.push(same);
    left = left.filter((one) => !same.includes(one));
  }
  return found;
}

/** Each copy of such a file would be another one. */
function refuseNameless(all: readonly Held[], descriptions: readonly Held[][]): void {
  const [first] = all as [Held];
  const other = all.find(({ member }) => member !== first.member) as Held;
  const inode = ` ${identityOf(first).id.split(':')[1]}`;
  const isMapped = all.some(({ member }) => sharedMemoryOf(member).some((id) => id.endsWith(inode)));
  if (descriptions.length > 1 || isMapped)
    throw new Error(
      `${named(first)} and ${named(other)} are a file without a name (${first.target.replace(/ \(deleted\)$/, '')}) that both have opened or mapped`,
    );
}
