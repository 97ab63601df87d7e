import type { Adapter, AdapterApi } from '../adapter.ts';
import { type Dispatch, holdDispatch } from './shared/dispatch.ts';
import { Hold } from './shared/hold.ts';

/** New requests wait; the rest is done for every copy of undici, Node's own included (../outgoing-undici.ts). */
function adaptDispatchers(DispatcherBase: { prototype: { dispatch: Dispatch } }, api: AdapterApi): void {
  const hold = new Hold();
  holdDispatch(DispatcherBase.prototype, hold);
  api.register({
    name: 'undici',
    beforeFreeze: () => hold.close(),
    reopen: () => hold.open(),
    afterRestore: () => hold.open(),
  });
}

export const adapters: Adapter[] = [
  {
    package: 'undici',
    versions: [['6.0', '8']],
    files: {
      'lib/dispatcher/dispatcher-base.js': adaptDispatchers,
    },
  },
];
