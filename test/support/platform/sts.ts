import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request to AWS's Security Token Service, as its signature shows it. */
export interface Signed {
  accessKey: string;
  /** The milliseconds by which the signing clock was ahead of this machine's. */
  ahead: number;
  /** The number of the connection: the same number is the same connection. */
  connection: number;
}

const ANSWERS = {
  200: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/one</Arn><UserId>one</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
  403: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>RequestExpired</Code><Message>Signature expired</Message></Error></ErrorResponse>',
};

/** The difference of clocks beyond which AWS refuses a signature, in milliseconds. */
const SKEW = 300_000;

const signedAt = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** The part of STS that GetCallerIdentity needs. It keeps connections. */
export class Sts {
  readonly asked: Signed[] = [];
  /** The milliseconds by which the server's clock is ahead of ours. */
  ahead = 0;
  readonly #server: Server;
  readonly #connections = new Map<Socket, number>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const { socket, headers } = request;
      if (!this.#connections.has(socket)) this.#connections.set(socket, this.#connections.size + 1);
      const [, accessKey = ''] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
      const ahead = signedAt(String(headers['x-amz-date'])) - Date.now();
      this.asked.push({ accessKey, ahead, connection: this.#connections.get(socket) as number });
      request.resume();
      response.sendDate = false;
      const status = Math.abs(ahead - this.ahead) > SKEW ? 403 : 200;
      response.writeHead(status, {
        date: new Date(Date.now() + this.ahead).toUTCString(),
        'content-type': 'text/xml',
      });
      response.end(ANSWERS[status]);
    });
  }

  static async start(): Promise<Sts> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const sts = new Sts(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sts;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
