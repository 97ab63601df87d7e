import type { Adapter, AdapterApi } from '../adapter.ts';
import { type Dispatch, holdDispatch } from './shared/dispatch.ts';

/** New requests wait; the rest is done for every copy of undici, Node's own included (../outgoing-undici.ts). */
function adaptDispatchers(DispatcherBase: { prototype: { dispatch: Dispatch } }, api: AdapterApi): void {
  holdDispatch(DispatcherBase.prototype, api.doors.call);
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
