import { CommandError, EXIT } from '../base/command-error.ts';

/** A reference `REGISTRY/NAME:TAG` or `REGISTRY/NAME@sha256:…`. */
export interface Reference {
  /** The registry as people write it, and as credentials are kept by it. */
  registry: string;
  name: string;
  /** A tag or a digest. */
  tag: string;
  text: string;
}

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/** @throws CommandError that says which part is wrong */
export function parseReference(text: string): Reference {
  const refuse = (why: string): never => {
    throw new CommandError(`${text}: ${why}; expected REGISTRY/NAME:TAG, as ghcr.io/me/app:1.2`, EXIT.usage);
  };
  const slash = text.indexOf('/');
  const registry = text.slice(0, Math.max(slash, 0));
  if (!HOST.test(registry) || !(/[.:\]]/.test(registry) || registry === 'localhost'))
    refuse('it does not begin with the name of a registry');
  const [path = '', digest, ...more] = text.slice(slash + 1).split('@');
  const colon = path.lastIndexOf(':');
  const name = colon < 0 ? path : path.slice(0, colon);
  const tag = digest ?? (colon < 0 ? 'latest' : path.slice(colon + 1));
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest)))
    refuse('what follows the @ is no digest (sha256: and 64 digits)');
  if (!NAME.test(name)) refuse(`${JSON.stringify(name)} is no name of a repository`);
  if (digest === undefined && !TAG.test(tag)) refuse(`${JSON.stringify(tag)} is no tag`);
  return { registry, name, tag, text };
}

/** Returns the host of the API: Docker's own registry has another name for programs. */
const apiHost = (registry: string): string =>
  registry === 'docker.io' || registry === 'index.docker.io' ? 'registry-1.docker.io' : registry;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** Returns the address as docker does: plain HTTP on this machine, TLS elsewhere. */
export const baseOf = ({ registry }: Reference, plainHttp: boolean): string =>
  `${plainHttp || LOOPBACK.test(registry) ? 'http' : 'https'}://${apiHost(registry)}`;
