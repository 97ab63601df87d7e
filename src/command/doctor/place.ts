import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { formatBytes } from '../base/format.ts';
import { quote } from '../base/quote.ts';
import { makeRuntimeDirectory, runtimeDirectory } from '../base/runtime-directory.ts';
import { type Finding, limit, ok, problem, unknown } from './finding.ts';
import type { Machine } from './machine.ts';
import { mountOf } from './proc.ts';

export const checkPlace = (machine: Machine): Finding[] => [
  checkRuntime(),
  checkImagePlace(machine.options.image),
];

function checkRuntime(): Finding {
  const path = runtimeDirectory();
  const why = 'running programs are recorded there';
  try {
    accessSync(dirname(path), constants.X_OK);
    if (existsSync(path))
      makeRuntimeDirectory(); // checks that it is ours
    else accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    return problem('place.runtime-directory', (error as Error).message, why, mendRuntime(path));
  }
  const type = mountOf(existsSync(path) ? path : dirname(path))?.type ?? 'unknown';
  return ok('place.runtime-directory', `${path} (${type})`, why);
}

/**
 * Says how to mend the directory: one that is ours and open to others is closed; any other is somebody else's affair.
 */
function mendRuntime(path: string): Pick<Finding, 'mend' | 'fix'> {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory() || status.uid !== process.geteuid?.())
    return { mend: ['export CRAC_RUNTIME_DIR=DIR   # a directory of yours, best on a tmpfs'] };
  const fix = { say: `closing ${path} to others (mode 700)`, run: async () => chmodSync(path, 0o700) };
  return { mend: [`chmod 700 ${quote(path)}`], fix };
}

const NETWORK = /^(nfs4?|cifs|smb3|9p|fuse\.sshfs|ceph|glusterfs|virtiofs)$/;
const ENOUGH = 256 << 20; // an image of a middle-sized program, twice

/** Returns the directory itself, or the nearest above it that is there. */
function nearest(path: string): string {
  for (let at = path; ; at = dirname(at)) if (existsSync(at) || at === '/') return at;
}

/** Returns the place where an image's directory is made, as far as it is there. */
export const imagePlace = (image: string | undefined): string =>
  image === undefined ? tmpdir() : nearest(dirname(resolve(image)));

/** Says why a directory cannot be written. The trial would show it; this tells the reason in time. */
function cannotWrite(directory: string): string | undefined {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkImagePlace(image: string | undefined): Finding {
  const why = 'the image is written there, and its pages stay mapped while copies of it run';
  const there = imagePlace(image);
  const parent = image === undefined ? there : dirname(resolve(image));
  const refused = cannotWrite(there);
  if (refused !== undefined)
    return problem('place.image', `${there} cannot be written: ${refused}`, why, {
      affects: ['checkpoint'],
      mend: ['crac run --image DIR …   # with a DIR below a directory of yours'],
    });
  if (parent !== there)
    return limit('place.image', `${parent} is not there yet`, why, {
      affects: ['checkpoint'],
      mend: [`mkdir -p ${quote(parent)}`],
      fix: { say: `making the directory ${parent}`, run: async () => mkdirSync(parent, { recursive: true }) },
    });
  return describePlace(image === undefined ? there : resolve(image), there, why);
}

function describePlace(wanted: string, there: string, why: string): Finding {
  const mount = mountOf(there);
  const { bavail, bsize } = statfsSync(there);
  const free = bavail * bsize;
  const type = mount?.type ?? 'unknown';
  const seen = `${wanted}: ${type}, ${formatBytes(free)} free`;
  if (mount === undefined) return unknown('place.image', seen, why);
  if (free < ENOUGH)
    return limit('place.image', seen, `${why}; a checkpoint that finds no room leaves no image`, {
      affects: ['checkpoint'],
      mend: [`df -h ${there}   # then make room, or choose another --image`],
    });
  if (mount.options.includes('noexec'))
    return limit(
      'place.image',
      `${seen}, noexec`,
      '`IMAGE/restore` is a program and cannot be started there',
      { affects: ['restore'], mend: ['crac restore IMAGE   # works all the same'] },
    );
  if (NETWORK.test(type))
    return limit(
      'place.image',
      seen,
      'a restore maps its pages from the network then, and ends when the network does',
      { affects: ['restore'], mend: ['copy the image to a local disk before the restore'] },
    );
  if (type === 'tmpfs')
    return ok('place.image', `${seen}; it takes memory, and is gone after the next boot`, why);
  if (type === 'overlay')
    return ok(
      'place.image',
      `${seen}; in a container's own layer it is gone with the container: use a volume, or \`docker commit\``,
      why,
    );
  return ok('place.image', seen, why);
}
