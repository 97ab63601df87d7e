import type { Recipe } from './recipe.ts';

/** The directory where Lambda has a function, and AWS's runtime interface client looks for it. */
const TASK = '/var/task';
/** The tools that client is built with, by its own install scripts. */
const TOOLS = 'autoconf automake cmake g++ libtool make python3 xz-utils';

/** Names a handler as Lambda does: the file without its ending, and the name that it exports. */
const handlerOf = (script: string): string => `${script.replace(/\.[cm]?js$/, '')}.handler`;

/** Writes a Dockerfile for a function with SnapStart; AWS's tools build it as any image, and it needs no privileges. */
export function lambdaDockerfile({ name, script, nodeMajor, install, warmUp }: LambdaRecipe): string {
  const library = 'node_modules/node-crac';
  const client = 'node_modules/aws-lambda-ric';
  return [
    `# ${script} as a Lambda function that starts from a snapshot. Written by \`crac build --dockerfile --for lambda\`.`,
    '#',
    `#   docker build --tag ${name}:lambda .`,
    `# Push it, create the function with SnapStart on published versions, and publish a version: docs/platforms.md.`,
    '',
    `FROM node:${nodeMajor}-bookworm AS build`,
    `RUN apt-get update && apt-get install --yes --no-install-recommends ${TOOLS}`,
    `WORKDIR ${TASK}`,
    "# A .dockerignore with node_modules and .git in it keeps this machine's out.",
    'COPY . .',
    ...install.map((command) => `RUN ${command}`),
    'RUN npm install --no-save node-crac aws-lambda-ric',
    '# Where npm runs no scripts of packages, these are the ones that build the native parts.',
    `RUN test -f ${client}/rapid-client.node || (cd ${client}/scripts && sh preinstall.sh && sh postinstall.sh)`,
    `RUN node ${library}/scripts/build.mjs native`,
    '',
    `FROM node:${nodeMajor}-bookworm-slim`,
    "# Lambda takes a snapshot only of images that say that they are ready for it: the package's hooks are.",
    'LABEL com.amazonaws.lambda.feature.snapstart="Allow"',
    `WORKDIR ${TASK}`,
    `COPY --from=build ${TASK} ${TASK}`,
    `ENV NODE_ENV=production LAMBDA_TASK_ROOT=${TASK} NODE_OPTIONS="--require ${TASK}/${library}/dist/lambda.cjs"`,
    ...(warmUp === undefined ? [] : [`ENV CRAC_LAMBDA_WARM_UP=${warmUp}`]),
    `ENTRYPOINT ["node", "${client}/index.mjs"]`,
    `CMD [${JSON.stringify(handlerOf(script))}]`,
    '',
  ].join('\n');
}

export interface LambdaRecipe extends Recipe {
  /** A file of sample events, as seen from the application's directory. */
  warmUp: string | undefined;
}
