/** The payload that the restoring command hands over (docs/formats.md; written by native/restore/payload.c). */
export interface Payload {
  record: string;
  cwd: string;
  environment: Record<string, string>;
  /**
   * Variables that the program had at the checkpoint and the caller has not: then `environment` has only those that the
   * caller has otherwise (native/addon/environment.c).
   */
  missing?: string[];
  /** The new arguments; undefined: those of the checkpoint stay. */
  arguments?: string[];
}

/** Writes a payload as a restore with this environment would hand it over. */
export function formatPayload(record: string, environment: NodeJS.ProcessEnv): string {
  const variables = Object.entries(environment).map(([name, value]) => `E${name}=${value}`);
  return ['R', `D${record}`, ...variables].join('\0');
}

export function parsePayload(message: string): Payload {
  const environment = Object.create(null) as Payload['environment']; // a variable may have any name, also `__proto__`
  const payload: Payload = { record: '', cwd: '', environment };
  for (const field of message.split('\0')) {
    const value = field.slice(1);
    switch (field[0]) {
      case 'D':
        payload.record = value;
        break;
      case 'C':
        payload.cwd = value;
        break;
      case 'E': {
        const equals = value.indexOf('=');
        if (equals > 0) payload.environment[value.slice(0, equals)] = value.slice(equals + 1);
        break;
      }
      case 'u':
      case 'p':
        payload.missing ??= [];
        if (value) payload.missing.push(value);
        break;
      case 'N':
        payload.arguments = [];
        break;
      case 'A':
        payload.arguments?.push(value);
        break;
    }
  }
  return payload;
}
