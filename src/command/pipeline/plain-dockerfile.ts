import { IMAGE_IN_CONTAINER as IMAGE, jsonList, type Recipe, restoreCommand, shellWords } from './recipe.ts';

/** A user that every official image of Node has. */
const USER = 'node';

/**
 * Writes a Dockerfile for the engine direct, which needs nothing that `docker build` does not give to a command: at
 * most ten lines. The image is made and restored by an ordinary user, and the last layer holds it.
 */
export function plainDockerfile(recipe: Recipe): string {
  const { words, nodeMajor, install, port } = recipe;
  return [
    `FROM node:${nodeMajor}-bookworm-slim`,
    `RUN npm install --global node-crac && install --directory --owner=${USER} /app /srv/crac`,
    'WORKDIR /app',
    `COPY --chown=${USER} . .`,
    `USER ${USER}`,
    ...(install.length > 0 ? [`RUN ${install.join(' && ')}`] : []),
    `ENV NODE_ENV=production PORT=${port}`,
    `RUN crac build --image ${IMAGE} ${shellWords(words)}`,
    'ENTRYPOINT []', // nothing between the container and the program
    `CMD ${jsonList(restoreCommand(IMAGE, recipe))}`,
    '',
  ].join('\n');
}

/** Returns what is said when it was written: there is no room for it in the file. */
export const howToUse = ({ name, port }: Recipe): string =>
  `docker build --tag ${name} . && docker run --publish ${port}:${port} ${name}`;
