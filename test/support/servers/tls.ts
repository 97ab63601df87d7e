import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Makes a key and a certificate for 127.0.0.1 and localhost that signs itself. */
export function selfSigned(directory: string): { key: string; certificate: string } {
  const key = join(directory, 'server.key');
  const certificate = join(directory, 'server.crt');
  const what = ['req', '-x509', '-nodes', '-days', '2', '-newkey', 'rsa:2048', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...what, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { key, certificate };
}
