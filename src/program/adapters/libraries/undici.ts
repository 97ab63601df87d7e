import type { Adapter, AdapterApi } from '../adapter.ts';
import { type Dispatch, holdDispatch } from './shared/dispatch.ts';

/** Makes new requests wait; ../outgoing-undici.ts does the rest for every copy of undici, Node's own included. */
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
