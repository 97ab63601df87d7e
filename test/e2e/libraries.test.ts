import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, restoreTwice, run } from '../support/copies.ts';
import { CRAC, get, getJson, pause, type Running } from '../support/crac.ts';
import { installPackage } from '../support/installed.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

// Programs with many libraries each, under a light load all the time (test/fixtures/apps/libraries).
let folder: string;
let nodes: Record<string, string>;

beforeAll(async () => {
  const { libraries, node24 } = await apps('libraries', 'node24');
  folder = dirname(libraries);
  nodes = { "this machine's node": process.execPath, 'node 24': node24 };
  installPackage(folder);
}, 300_000);

async function startUpstream(port: number): Promise<Running> {
  const upstream = place.start(process.execPath, ['upstream.js'], {
    cwd: folder,
    env: { PORT: String(port) },
  });
  await upstream.line(/listening/);
  return upstream;
}

/** Asks until the answer is as wanted. */
async function until<T>(port: number, path: string, isWanted: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + 60_000; ; await pause(50)) {
    const answer = await getJson<T>(port, path);
    if (isWanted(answer) || Date.now() > end) return answer;
  }
}

interface Calls {
  done: number;
  first: string[];
  errors: string[];
  ws: { opened: number; closed: number[] };
  io: { connected: number; reasons: string[] };
  asked?: string;
}

test('requests that the program makes: no error is seen by http.Agent, fetch, undici, gRPC; WebSockets connect again', async () => {
  const port = await place.ports(20);
  const upstream = port + 10;
  await startUpstream(upstream);
  const env = { UPSTREAM: String(upstream) };
  const program = run(place, { image, words: ['calls.js'], port, env, cwd: folder });
  await program.line(/listening/);
  await until<Calls>(port, '/', ({ done, ws, io }) => done > 200 && ws.opened === 1 && io.connected === 1);
  expect(await getJson(port, '/echo')).toMatchObject({ errors: [], asked: 'me' });
  await checkpoint(place, program, image);

  const copies = restoreTwice(place, { image, port });
  for (const at of [port, port + 1]) {
    const { done } = await getJson<Calls>(at, '/');
    await until<Calls>(
      at,
      '/',
      (now) => now.done > done + 500 && now.ws.opened === 2 && now.io.connected === 2,
    );
    const report = await getJson<Calls>(at, '/echo');
    expect({ ...report, first: report.first.sort() }).toMatchObject({
      errors: [],
      first: ['agent', 'fetch', 'grpc', 'undici'], // in afterRestore, before anything else
      ws: { opened: 2, closed: [1001] },
      io: { connected: 2, reasons: ['transport close'] },
      asked: 'me',
    });
  }
  expect((await getJson<{ closed: string[] }>(upstream, '/report')).closed.sort()).toEqual([
    'socket.io transport close',
    'ws 1001 going away',
  ]);
  for (const { child } of copies) child.kill('SIGKILL');
});

interface Span {
  spanId: string;
  instance: string;
  pod: string;
}

interface Telemetry {
  spans: Span[];
  records: { text: string; instance: string }[];
}

interface Metric {
  name: string;
  values: { value: number; labels: Record<string, string>; metricName?: string }[];
}

const sample = (metrics: Metric[], name: string, labels: Record<string, string> = {}): number | undefined =>
  metrics
    .find((metric) => metric.name === name)
    ?.values.find((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    ?.value;

interface Line {
  copy: string;
  line: number;
}

/** winston puts an object that it is given into `message`. */
function linesOf(directory: string, log: string): Line[] {
  const text = readFileSync(join(directory, log), 'utf8').trim();
  return text.split('\n').map((line) => {
    const entry = JSON.parse(line) as Line & { message?: Line };
    return entry.message ?? entry;
  });
}

const PORT = await freePorts(40);

describe.each(["this machine's node", 'node 24'])('a service with %s', (name) => {
  const port = name === 'node 24' ? PORT : PORT + 10;
  const upstream = port + 20;
  let directory: string;

  beforeEach(() => {
    directory = place.path('data');
    mkdirSync(directory);
  });

  test('ends its connections cleanly and loses, repeats and shares nothing', async () => {
    await startUpstream(upstream);
    const pod = (copy: number) => ({
      COPY: String(copy),
      OTEL_RESOURCE_ATTRIBUTES: `k8s.pod.name=pod-${copy}`,
    });
    const env = {
      DIRECTORY: directory,
      UPSTREAM: String(upstream),
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${upstream}`,
      CRAC_NODE: nodes[name] as string,
      ...pod(0),
    };
    const program = run(place, { image, words: ['service.js'], port, env, cwd: folder });
    await program.line(/listening/);
    const clients = place.start(process.execPath, ['clients.js'], {
      cwd: folder,
      env: { PORT: String(port) },
    });
    for (const line of [/^ws hello/m, /^websocket hello/m, /^polling hello/m]) await clients.line(line);
    for (let i = 0; i < 20; i++) await get(port, '/span');
    await get(port, '/ids');
    await checkpoint(place, program, image);

    // What was on its way has arrived, once.
    const exported = await getJson<Telemetry>(upstream, '/report');
    expect(exported.spans.map((span) => span.pod)).toEqual(Array(20).fill('pod-0'));
    expect(exported.records.map(({ text }) => text)).toEqual(Array(20).fill('record of 0'));
    for (const log of ['pino.log', 'thread.log', 'winston.log']) {
      const written = linesOf(directory, log).map(({ line }) => line);
      expect(written).toEqual(written.map((_, index) => index + 1));
    }

    const stopped = Math.floor(Date.now() / 1000);
    const copies = [1, 2].map((copy) => {
      const moved = [port, port + 1].flatMap((from) => ['--listen', `${from}=${from + 10 * (copy - 1)}`]);
      return place.start(CRAC, ['restore', image, ...(copy === 1 ? [] : moved)], { env: pod(copy) });
    });
    const ports = [port, port + 10];
    for (const at of ports) {
      expect(await getJson(at, '/state')).toMatchObject({
        left: expect.arrayContaining(['polling', 'websocket', 'ws']),
      });
    }
    // The clients have come to the first copy.
    await until<{ rooms: number; sockets: number }>(
      port,
      '/state',
      ({ rooms, sockets }) => rooms === 2 && sockets === 1,
    );
    await clients.line(/grpc answers again/);
    expect(clients.stdout()).toContain('ws closed 1012 service restart\n');
    expect(clients.stdout()).toContain('websocket left by transport close\n');
    expect(clients.stdout()).toContain('polling left by transport close\n');

    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      for (const each of await Promise.all(ports.map((at) => getJson<string[]>(at, '/ids'))))
        ids.push(...each);
      await Promise.all(ports.map((at) => get(at, '/span')));
    }
    expect(ids).toHaveLength(2 * 20 * 50 * 13);
    expect(new Set(ids).size).toBe(ids.length);

    for (const at of ports) {
      const metrics = await getJson<Metric[]>(at, '/metrics');
      expect(sample(metrics, 'process_start_time_seconds')).toBeGreaterThanOrEqual(stopped);
      expect(sample(metrics, 'requests_total', { path: '/span' })).toBe(20);
      expect(sample(metrics, 'version_info', { version: '1.2.3' })).toBe(1);
      expect(sample(metrics, 'process_cpu_user_seconds_total')).toBeGreaterThan(0);
    }

    writeFileSync(join(directory, 'watched/new'), '');
    for (const at of ports) {
      const changes = await until<string[]>(at, '/changes', ({ length }) => length > 0);
      expect(changes).toContain('add new');
    }
    await Promise.all(ports.map((at) => get(at, '/flush')));
    await program.ended;
    const { spans, records } = await until<Telemetry>(
      upstream,
      '/report',
      (report) => report.spans.length === 60 && report.records.length === 60,
    );
    expect(records.filter(({ text }) => text === 'record of 0')).toHaveLength(20);
    expect(new Set(records.map(({ instance }) => instance)).size).toBe(3);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(60);
    expect([...new Set(spans.map((span) => span.pod))].sort()).toEqual(['pod-0', 'pod-1', 'pod-2']);
    expect(new Set(spans.map(({ instance }) => instance)).size).toBe(3);
    for (const log of ['pino.log', 'thread.log', 'winston.log']) {
      const lines = linesOf(directory, log);
      for (const copy of ['1', '2'])
        expect(lines.filter((line) => line.copy === copy).length).toBeGreaterThan(200);
      // No line of one copy comes twice, and the original's are not repeated.
      expect(new Set(lines.map(({ copy, line }) => `${copy} ${line}`)).size).toBe(lines.length);
    }
    for (const { child, stderr } of copies) {
      expect(stderr()).toBe('');
      child.kill('SIGKILL');
    }
  });
});
