import { type AdmissionOptions, Doorkeeper, REFUSAL } from './admission.ts';
import { CheckpointRoute, type CheckpointRouteOptions, type RouteRequest } from './checkpoint-route.ts';

/** Node's `ServerResponse`, as far as it is used. */
export interface ConnectResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** A middleware of Connect's kind, as Express, Nest and Fastify's middie take it. */
export type ConnectHandler = (
  request: RouteRequest,
  response: ConnectResponse,
  next: (error?: unknown) => void,
) => void;

export function connectGate(name: string, options?: AdmissionOptions): ConnectHandler {
  const doorkeeper = new Doorkeeper(name, options);
  return (_request, response, next) => {
    switch (doorkeeper.admission()) {
      case 'admit':
        return next();
      case 'hold':
        return void doorkeeper.held().then(() => next());
      case 'refuse': {
        // The connection would end with the checkpoint; its client should not use it again.
        const headers = { 'retry-after': doorkeeper.retryAfter, connection: 'close' };
        return send(response, 503, headers, REFUSAL);
      }
    }
  };
}

export function connectRoute(options?: CheckpointRouteOptions): ConnectHandler {
  const route = new CheckpointRoute(options);
  return (request, response) => {
    const { status, headers, body } = route.answer(request);
    send(response, status, headers, body);
  };
}

function send(
  response: ConnectResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
  }))
    response.setHeader(name, value);
  response.end(JSON.stringify(body));
}
