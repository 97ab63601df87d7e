import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const DIGEST = /sha256:[0-9a-f]{64}$/;

interface Manifest {
  mediaType: string;
  artifactType?: string;
  annotations?: object;
  subject?: { digest: string };
}

/**
 * Gives a registry the referrers API of the distribution specification 1.1, which none of Debian's has: it notes which
 * manifests have a subject, says so in `OCI-Subject`, and lists them. The rest is the registry's.
 */
export async function withReferrers(registry: number): Promise<{ port: number; server: Server }> {
  const known = new Map<string, Map<string, object>>();
  const note = (bytes: Buffer): string | undefined => {
    const { mediaType, artifactType, annotations, subject } = JSON.parse(bytes.toString()) as Manifest;
    if (!subject) return undefined;
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const of = known.get(subject.digest) ?? new Map<string, object>();
    known.set(
      subject.digest,
      of.set(digest, { mediaType, digest, size: bytes.length, artifactType, annotations }),
    );
    return subject.digest;
  };
  const server = createServer(async (asked, answer) => {
    const { method = 'GET', url = '', headers } = asked;
    if (method === 'GET' && url.includes('/referrers/')) {
      const [digest = ''] = DIGEST.exec(new URL(url, 'http://localhost').pathname) ?? [];
      const manifests = [...(known.get(digest)?.values() ?? [])];
      answer.setHeader('content-type', INDEX);
      answer.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
      return;
    }
    const bytes = Buffer.concat(await asked.toArray());
    const subject = method === 'PUT' && url.includes('/manifests/') ? note(bytes) : undefined;
    const passed = request({ host: '127.0.0.1', port: registry, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode as number, {
        ...got.headers,
        ...(subject && { 'oci-subject': subject }),
      });
      (got as IncomingMessage).pipe(answer);
    });
    passed.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}
