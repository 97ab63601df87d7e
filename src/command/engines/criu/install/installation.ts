import type { Installation, InstalledEngine } from '../../engine.ts';
import { describeEngine, formatEngine } from './describe.ts';
import { installCriu } from './install.ts';
import type { CriuInstall } from './install-record.ts';
import { warmKdat } from './kdat.ts';

const asInstalled = (found: CriuInstall): InstalledEngine => ({
  title: `CRIU ${found.version}`,
  path: found.path,
  suitable: found.suitable,
  warm: () => warmKdat(found),
});

/** The part of `crac engine` that is about CRIU. */
export const installation: Installation = {
  async look() {
    const description = await describeEngine();
    const { used } = description;
    return { used: used ? asInstalled(used) : undefined, json: description, text: formatEngine(description) };
  },
  async install(options) {
    return asInstalled(await installCriu(options));
  },
};
