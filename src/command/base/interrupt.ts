/** The signals that end a command which somebody has started: Ctrl-C, `kill`, a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type Interrupt = (typeof SIGNALS)[number];

/**
 * Makes these signals do only what `listener` does, from here on.
 * @returns a function that gives them their effect back
 */
export function onInterrupt(listener: (signal: Interrupt) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}
