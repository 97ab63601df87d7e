import { isBuiltinLoaded } from './loaded.ts';

interface Outgoing {
  sendDate: boolean;
  hasHeader(name: string): boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
}

const namesDate = (headers: unknown): boolean => {
  if (Array.isArray(headers))
    return headers.flat().some((entry) => typeof entry === 'string' && entry.toLowerCase() === 'date');
  return (
    typeof headers === 'object' &&
    headers !== null &&
    Object.keys(headers).some((name) => name.toLowerCase() === 'date')
  );
};

/** Node keeps the text of the `Date` header for up to a second; its timer has that long to run after a restore. */
const CACHE_LIFE = 1100;

/** For that long, responses get the header from the clock itself. */
export function bypassHttpDateCache(): void {
  if (!isBuiltinLoaded('_http_outgoing')) return;
  const { OutgoingMessage } = require('node:http') as { OutgoingMessage: { prototype: Outgoing } };
  const prototype = OutgoingMessage.prototype;
  const original = prototype._storeHeader;
  const fresh = function (this: Outgoing, firstLine: string, headers: unknown) {
    if (!this.sendDate || this.hasHeader('date') || namesDate(headers))
      return original.call(this, firstLine, headers);
    this.sendDate = false;
    try {
      return original.call(this, `${firstLine}Date: ${new Date().toUTCString()}\r\n`, headers);
    } finally {
      this.sendDate = true;
    }
  };
  prototype._storeHeader = fresh;
  setTimeout(() => {
    if (prototype._storeHeader === fresh) prototype._storeHeader = original;
  }, CACHE_LIFE).unref();
}
