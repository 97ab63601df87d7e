// Where the packages come from: an in-toto statement with SLSA's predicate. It is not signed here; a release on a forge
// is, by npm itself (`npm publish --provenance`, .github/workflows/release.yml).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { output } from './run.mjs';

function git(...words) {
  try {
    return output('git', words).trim();
  } catch {
    return ''; // a copy of the sources without their history
  }
}

/** @param {string[]} tarballs @param {Record<string, string>} compilers */
export function provenanceOf(tarballs, compilers) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const commit = git('rev-parse', 'HEAD');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: tarballs.map((path) => ({
      name: basename(path),
      digest: { sha512: createHash('sha512').update(readFileSync(path)).digest('hex') },
    })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://slsa.dev/container-based-build/v0.1?draft',
        externalParameters: { command: 'npm run release', version },
        internalParameters: { node: process.version, compilers, clean: git('status', '--porcelain') === '' },
        resolvedDependencies: commit
          ? [{ uri: 'git+.', digest: { gitCommit: commit }, annotations: { lockfile: lockDigest() } }]
          : [],
      },
      runDetails: { builder: { id: process.env.GITHUB_WORKFLOW_REF ?? 'local' } },
    },
  };
}

const lockDigest = () => createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
