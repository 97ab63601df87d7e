import { randomUUID } from 'node:crypto';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { Resources } from './opentelemetry/resources.ts';
import { sleep } from './shared/in-flight.ts';
import { live } from './shared/live.ts';

interface Processor {
  forceFlush(): Promise<void>;
  readonly _finishedSpans?: readonly unknown[];
  readonly _finishedLogRecords?: readonly unknown[];
}

type ProcessorClass = new (...words: never[]) => Processor;

/** The time in milliseconds for the collector to take what is there. */
const LIMIT = 2000;
/** The number of attempts in which unexported data may hold up the dump: the collector may be away. */
const PATIENCE = 8;

const processors = new Set<WeakRef<Processor>>();
let attempts = 0;
let registered = false;

function register(api: AdapterApi): void {
  if (registered) return;
  registered = true;
  const left = () =>
    live(processors).reduce(
      (count, { _finishedSpans, _finishedLogRecords }) =>
        count + (_finishedSpans?.length ?? 0) + (_finishedLogRecords?.length ?? 0),
      0,
    );
  api.register({
    name: 'OpenTelemetry',
    async flush() {
      attempts += 1;
      // A collector that is away is no reason against a checkpoint; the SDK has told its own error handler.
      await Promise.race([
        Promise.allSettled(live(processors).map((each) => each.forceFlush())),
        sleep(LIMIT),
      ]);
    },
    inFlight: () => (left() > 0 && attempts < PATIENCE ? `${left()} spans or log records` : undefined),
    afterRestore() {
      attempts = 0;
    },
  });
}

/** Exports before the dump what is collected for export; otherwise every copy would export it. */
function adaptProcessors(...names: string[]) {
  return (exports: Record<string, ProcessorClass>, api: AdapterApi): void => {
    register(api);
    for (const name of names) {
      const Original = exports[name] as ProcessorClass;
      const noted = {
        [name]: class extends Original {
          constructor(...words: never[]) {
            super(...words);
            processors.add(new WeakRef(this));
          }
        },
      };
      exports[name] = noted[name] as ProcessorClass;
    }
  };
}

const resources = new Resources(randomUUID);

function adaptResources(exports: { emptyResource(): object }, api: AdapterApi): void {
  resources.adapt(Object.getPrototypeOf(exports.emptyResource()));
  api.register({ name: 'OpenTelemetry resource', afterRestore: (change) => resources.renew(change) });
}

const spans = {
  'build/src/export/BatchSpanProcessorBase.js': adaptProcessors('BatchSpanProcessorBase'),
} as Adapter['files'];
const TRIED = [['2.12', '3']] as const;

const WITHOUT =
  'what is not exported yet is exported by every copy. Call forceFlush() of the provider in beforeCheckpoint';

export const adapters: Adapter[] = [
  { package: '@opentelemetry/sdk-trace', versions: TRIED, without: WITHOUT, files: spans },
  { package: '@opentelemetry/sdk-trace-base', versions: TRIED, without: WITHOUT, files: spans },
  {
    package: '@opentelemetry/sdk-logs',
    versions: [['0.223', '0.300']],
    without: WITHOUT,
    files: {
      'build/src/export/BatchLogRecordProcessorBase.js': adaptProcessors('BatchLogRecordProcessorBase'),
    },
  },
  {
    package: '@opentelemetry/resources',
    versions: TRIED,
    without:
      'all copies of one image have its service.instance.id and attributes. Set up the SDK in afterRestore',
    files: { 'build/src/ResourceImpl.js': adaptResources },
  },
];
