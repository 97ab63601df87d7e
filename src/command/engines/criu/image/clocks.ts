import { bytesField, fieldsOf, messagesOf, numberField } from './wire.ts';

/**
 * Reads `MONOTONIC_SEC MONOTONIC_NSEC BOOT_SEC BOOT_NSEC` at the dump from timens-0.img; undefined where it holds none.
 */
export function clocksOf(timens: Buffer): string | undefined {
  const message = messagesOf(timens)[0];
  if (!message) return undefined;
  const clocks = fieldsOf(message.bytes);
  const parts: number[] = [];
  for (const number of [1, 2]) {
    const clock = bytesField(clocks, number);
    if (!clock) return undefined;
    const fields = fieldsOf(clock.value as Buffer);
    parts.push(numberField(fields, 1) ?? 0, numberField(fields, 2) ?? 0);
  }
  return parts.join(' ');
}
