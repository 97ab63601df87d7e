// A bill of materials for each package, in CycloneDX's form. It has no time and no random number in it: the same sources
// make the same bytes.
import { createHash } from 'node:crypto';

/** @param {{ name: string, version: string, license: string }[]} linked what is linked into the binaries */
export function sbomOf({ name, version, license, description, optionalDependencies = {} }, linked) {
  const reference = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const components = [
    ...linked.map((each) => ({
      type: 'library',
      'bom-ref': `pkg:generic/${each.name}@${each.version}`,
      name: each.name,
      version: each.version,
      licenses: [{ license: { id: each.license } }],
      purl: `pkg:generic/${each.name}@${each.version}`,
    })),
    ...Object.entries(optionalDependencies).map(([other, of]) => ({
      type: 'library',
      'bom-ref': `pkg:npm/${other.replace('@', '%40')}@${of}`,
      name: other,
      version: of,
      scope: 'optional',
      licenses: [{ license: { id: license } }],
      purl: `pkg:npm/${other.replace('@', '%40')}@${of}`,
    })),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([reference, components]))}`,
    version: 1,
    metadata: {
      component: {
        type: 'library',
        'bom-ref': reference,
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        purl: reference,
      },
    },
    components,
    dependencies: [{ ref: reference, dependsOn: components.map((each) => each['bom-ref']) }],
  };
}

/** Makes a UUID of version 8 of RFC 9562, "custom", from the content. */
function uuidOf(text) {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
