// Preloaded: Node writes its compile cache when it exits, not when a signal ends it.
process.prependListener('SIGTERM', () => process.exit(0));
