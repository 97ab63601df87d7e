import { execFileSync } from 'node:child_process';
import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Place } from '../crac.ts';

const SERVICE = 'registry.test';
const ISSUER = 'token server of the test';
const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64url');

/**
 * What stands beside a registry that takes bearer tokens, as Docker Hub's and GitHub's do: it knows the user `me`, whose
 * password is `secret`, and lets everybody read. Its tokens are real ones, which the registry verifies.
 */
export class TokenServer {
  /** What was asked for: who, and for what. */
  readonly asked: string[] = [];
  /** The answer instead of a token, where one is to be wrong. */
  answer: string | undefined;
  readonly #certificate: string;
  readonly #key: string;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(place: Place) {
    this.#certificate = place.path('token.crt');
    this.#key = place.path('token.key');
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-days', '2'];
    execFileSync('openssl', [...words, '-keyout', this.#key, '-out', this.#certificate], { stdio: 'pipe' });
  }

  static async start(place: Place): Promise<TokenServer> {
    const server = new TokenServer(place);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** Lines of the registry's configuration. */
  get settings(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [
      'auth:',
      '  token:',
      `    realm: http://127.0.0.1:${port}/token`,
      `    service: ${SERVICE}`,
      `    issuer: ${ISSUER}`,
      `    rootcertbundle: ${this.#certificate}`,
    ];
  }

  close(): void {
    this.#server.close();
  }

  #token(user: string, scope: string): string {
    const { raw } = new X509Certificate(readFileSync(this.#certificate));
    const [type, name, actions = ''] = scope.split(':');
    const allowed = actions.split(',').filter((action) => action === 'pull' || user === 'me');
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: 'JWT', alg: 'RS256', x5c: [raw.toString('base64')] };
    const claims = {
      ...{ iss: ISSUER, sub: user, aud: SERVICE, exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID() },
      access: [{ type, name, actions: allowed }],
    };
    const text = `${base64(JSON.stringify(header))}.${base64(JSON.stringify(claims))}`;
    return `${text}.${base64(sign('sha256', Buffer.from(text), readFileSync(this.#key)))}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += part;
    const query = new URLSearchParams(request.method === 'POST' ? body : request.url?.split('?')[1]);
    const scope = query.get('scope') ?? '';
    const [, basic = ''] = request.headers.authorization?.match(/^Basic (.*)$/) ?? [];
    const [name = '', password] = Buffer.from(basic, 'base64').toString().split(':');
    const isRight =
      request.method === 'POST'
        ? query.get('refresh_token') === 'identity'
        : basic === '' || password === 'secret';
    const user = request.method === 'POST' ? 'me' : name;
    this.asked.push(`${request.method} ${user || 'nobody'} ${scope} ${query.get('service')}`);
    response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
    const token = this.#token(user, scope);
    response.end(
      this.answer ?? JSON.stringify(request.method === 'POST' ? { access_token: token } : { token }),
    );
  }
}
