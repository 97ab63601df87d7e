// Publishes what was built: platforms first, so that the package never names one that is not there yet.
import { output, say } from './run.mjs';

function isPublished(name, version, registry) {
  try {
    return output('npm', ['view', `${name}@${version}`, 'version', ...registry]).trim() === version;
  } catch {
    return false; // the registry knows no such package or version
  }
}

/** Publishes packages. May be done again after it has failed half-way: what is there already is left alone. */
export function publish(packed, { registry, provenance, tag }) {
  const where = registry ? ['--registry', registry] : [];
  const words = [
    ...['--access', 'public', '--ignore-scripts', ...where],
    ...(provenance ? ['--provenance'] : []),
    ...(tag ? ['--tag', tag] : []),
  ];
  for (const { name, version, tarball } of packed) {
    if (isPublished(name, version, where)) {
      say(`${name}@${version} is published already`);
      continue;
    }
    output('npm', ['publish', tarball, ...words]);
    say(`${name}@${version} published`);
  }
}
