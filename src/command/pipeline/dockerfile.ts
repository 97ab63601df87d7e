import { quote } from '../base/quote.ts';
import { wrap } from '../base/wrap.ts';
import type { Operation } from '../doctor/finding.ts';
import { REASONS, recipeNamed } from '../doctor/recipes.ts';
import { flag, makeProfile, runOptions } from '../doctor/settings.ts';
import { IMAGE_IN_CONTAINER as IMAGE, jsonList, type Recipe, restoreCommand, shellWords } from './recipe.ts';

const LIBRARY = '/usr/local/lib/node_modules/node-crac';
const ENGINES = '/usr/local/lib/node-crac';

/** The settings of an ordinary user, by whom the image is made and restored: then no capability is needed. */
const SETTINGS = recipeNamed('user');
const USER = SETTINGS.user;

/** Writes a Dockerfile whose head says how it is used. */
export function dockerfile(recipe: Recipe): string {
  const { name, script, args, words, nodeMajor, install, port } = recipe;
  const build = `crac build --image ${IMAGE} ${shellWords(words)}`;
  const restore = restoreCommand(IMAGE, recipe);
  const commented = (lines: string[]) => lines.map((line) => (line === '' ? '#' : `# ${line}`));
  const base = `node:${nodeMajor}-bookworm-slim`;
  const run = (operation: Operation) =>
    [...runOptions('docker', SETTINGS[operation]), '--security-opt no-new-privileges'].map(
      (option) => `      ${option} \\`,
    );
  return [
    '# syntax=docker/dockerfile:1',
    ...commented([
      `${script} in a container that starts from a checkpoint. Written by \`crac build --dockerfile\`.`,
      '',
      'Two steps make it, because no command of `docker build` gets what a checkpoint needs. It is no capability, but',
      ...[REASONS.unconfined, REASONS.unmaskProc].flatMap((reason) => wrap(reason, 114, '- ', '  ')),
      '',
      `  docker build --tag ${name}:cold .`,
      `  docker run --name ${name}-build \\`,
      ...run('checkpoint'),
      `      ${name}:cold ${build} &&`,
      `  docker commit --change ${quote(`CMD ${jsonList(restore)}`)} ${name}-build ${name}:warm`,
      `  docker rm ${name}-build`,
      '',
      'It runs, in any number of copies, under a seccomp profile again:',
      '',
      `  docker run --rm ${name}:cold ${makeProfile('user')}`,
      '  docker run \\',
      ...run('restore'),
      `      --publish ${port}:${port} ${name}:warm`,
      '',
      `podman has ${flag('podman', 'unmask-proc')} for ${flag('docker', 'unmask-proc')}. Where the machine has`,
      'AppArmor, whose profile for containers forbids mounts, both `docker run` need also',
      `  ${flag('docker', 'lsm-off')}`,
      'Why each of these, and others: `crac doctor --for docker`.',
      '',
      'A builder of your own may be allowed to do it in one step (it runs that one command as privileged):',
      '',
      "  docker buildx create --name crac --buildkitd-flags '--allow-insecure-entitlement security.insecure'",
      `  docker buildx build --builder crac --allow security.insecure --target warm --load --tag ${name}:warm .`,
      '',
      `${name}:warm holds the memory of the program, secrets too. Give it no secrets at build time: a restored program`,
      'gets the environment of its own container. Build it anew for another version of Node or of the base image. What',
      'part of the CPU it may use, --cpu says: `baseline` runs on all, `native` on the kind that made it, and faster.',
    ]),
    '',
    '# The command, its native part compiled for this image, and the engine from the archive of the distribution.',
    `FROM ${base} AS crac`,
    'RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev',
    'RUN npm install --global node-crac',
    `RUN node ${LIBRARY}/scripts/build.mjs native`,
    'RUN crac engine install',
    '',
    `FROM ${base} AS cold`,
    `COPY --from=crac ${LIBRARY} ${LIBRARY}`,
    `COPY --from=crac ${ENGINES} ${ENGINES}`,
    `RUN ln -s ${LIBRARY}/bin/crac /usr/local/bin/crac`,
    '',
    '# The image is made and restored by an ordinary user.',
    `RUN install --directory --owner=${USER} --group=${USER} /app /srv/crac`,
    `USER ${USER}`,
    'WORKDIR /app',
    "# A .dockerignore with node_modules and .git in it keeps this machine's out.",
    `COPY --chown=${USER} . .`,
    ...install.map((command) => `RUN ${command}`),
    `ENV NODE_ENV=production PORT=${port}`,
    `EXPOSE ${port}`,
    '# Nothing between the container and the program: the restorer passes signals on by itself.',
    'ENTRYPOINT []',
    `CMD ${jsonList(['node', script, ...args])}`,
    '',
    '# Only for a builder that is allowed it; `docker build .` passes it over.',
    'FROM cold AS warm',
    `RUN --security=insecure ${build}`,
    '# Where the image cannot be used, it says why, and starts cold.',
    `CMD ${jsonList(restore)}`,
    '',
    'FROM cold',
    '',
  ].join('\n');
}
