import type { Adapter, AdapterApi } from '../adapter.ts';

type Provider = (options?: { forceRefresh?: boolean }) => Promise<unknown>;
type MakeProvider = (...words: unknown[]) => Provider | undefined;

interface SigningConfig {
  /** The milliseconds by which Amazon's clocks are ahead of ours, according to the last answers. */
  systemClockOffset: number;
}
type Resolve = (config: unknown) => SigningConfig;

/**
 * Makes each copy ask for credentials of its own at its first request, instead of using those that a client still
 * holds.
 */
const renewing =
  (name: string) =>
  (exports: Record<string, MakeProvider | undefined>, api: AdapterApi): void => {
    const make = exports[name];
    if (make === undefined) return;
    let copy = 0;
    api.register({
      name: 'AWS SDK credentials',
      afterRestore({ restored }) {
        if (restored) copy++;
      },
    });
    exports[name] = (...words) => {
      const provider = make(...words);
      if (provider === undefined) return undefined;
      let known = copy;
      const renewed: Provider = async (options) => {
        const now = copy;
        const identity = await provider(known === now ? options : { ...options, forceRefresh: true });
        known = now; // only now: credentials that could not be had are asked for again
        return identity;
      };
      return Object.assign(renewed, provider);
    };
  };

/** Forgets the clock's offset: a machine that comes from a snapshot has another clock. */
function forgetClockOffsets(exports: Record<string, unknown>, api: AdapterApi): void {
  const configs = new Set<WeakRef<SigningConfig>>();
  for (const name of ['resolveAwsSdkSigV4Config', 'resolveAWSSDKSigV4Config', 'resolveAwsSdkSigV4AConfig']) {
    const resolve = exports[name];
    if (typeof resolve !== 'function') continue;
    exports[name] = (config: unknown) => {
      const resolved = (resolve as Resolve)(config);
      configs.add(new WeakRef(resolved));
      return resolved;
    };
  }
  api.register({
    name: 'AWS SDK clocks',
    afterRestore({ restored }) {
      for (const reference of configs) {
        const config = reference.deref();
        if (config === undefined) configs.delete(reference);
        else if (restored && config.systemClockOffset) config.systemClockOffset = 0;
      }
    },
  });
}

const WITHOUT =
  'its clients go on with the credentials and the clock offset of the checkpoint. Make them anew in afterRestore';

export const adapters: Adapter[] = [
  {
    package: '@smithy/core',
    versions: [['3.0', '4']],
    without: WITHOUT,
    files: { 'dist-cjs/index.js': renewing('memoizeIdentityProvider') },
  },
  {
    package: '@aws-sdk/credential-provider-node',
    versions: [['3.700', '4']],
    without: WITHOUT,
    files: { 'dist-cjs/index.js': renewing('defaultProvider') },
  },
  {
    package: '@aws-sdk/core',
    versions: [['3.700', '4']],
    without: WITHOUT,
    files: { 'dist-cjs/submodules/httpAuthSchemes/index.js': forgetClockOffsets },
  },
];
