import { describeErrors, toError } from '../../../../shared/errors/index.ts';

/**
 * The path of every request, which holds the protocol's version
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
const BASE = '/2018-06-01/runtime';

export const PATHS = {
  next: `${BASE}/invocation/next`,
  invocation: `${BASE}/invocation/`,
  restoreNext: `${BASE}/restore/next`,
  restoreError: `${BASE}/restore/error`,
  initError: `${BASE}/init/error`,
} as const;

export const ERROR_TYPE_HEADER = 'Lambda-Runtime-Function-Error-Type';

export interface RuntimeApi {
  host: string;
  port: number;
}

/** @param address `host:port`, as AWS_LAMBDA_RUNTIME_API has it */
export function runtimeApi(address: string): RuntimeApi {
  const colon = address.lastIndexOf(':');
  if (colon < 0) return { host: address, port: 80 };
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Writes an error as AWS's other runtimes do; the log group and the console show what stands in it. */
export function errorBody(error: unknown): { errorMessage: string; errorType: string; stackTrace: string[] } {
  const known = toError(error);
  return {
    errorMessage: describeErrors(known),
    errorType: known.name,
    stackTrace: (known.stack ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
  };
}

/** Resolves when the error has been taken, or could not be given: then only the log has it. */
export function postError(api: RuntimeApi, path: string, type: string, error: unknown): Promise<void> {
  const { request } = require('node:http') as typeof import('node:http');
  const body = JSON.stringify(errorBody(error));
  return new Promise((resolve) => {
    const posted = request(
      {
        host: api.host,
        port: api.port,
        path,
        method: 'POST',
        agent: false,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          [ERROR_TYPE_HEADER]: type,
        },
      },
      (response) => {
        response.resume();
        response.on('close', resolve);
      },
    );
    posted.on('error', (cause) => {
      process.stderr.write(`crac: cannot tell Lambda of the failure: ${cause.message}\n`);
      resolve();
    });
    posted.end(body);
  });
}
