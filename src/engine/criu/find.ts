/** stand-in */
export async function findCriu(_: { path?: string }): Promise<{ path: string; version: string }> {
  return { path: process.env.CRAC_CRIU_PATH ?? '', version: '4.2.1' };
}
