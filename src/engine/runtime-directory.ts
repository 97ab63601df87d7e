/** stand-in */
export function runtimeDirectory(): string {
  return (
    process.env.CRAC_RUNTIME_DIR ??
    (process.getuid?.() === 0
      ? '/run/node-crac'
      : process.env.XDG_RUNTIME_DIR
        ? `${process.env.XDG_RUNTIME_DIR}/node-crac`
        : `/tmp/node-crac-${process.getuid?.()}`)
  );
}
