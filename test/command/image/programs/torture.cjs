// Everything that a program does with memory, by seed: the same steps give the same digests wherever they run.
// Commands come as requests: GET /step/N does step N (state goes on from the one before), GET /digest hashes all data.
const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');

const SCALE = Number(process.env.SCALE ?? 60_000);
const MAX = 2 << 20;

/** xorshift32: Math.random is reseeded after a restore. */
function random(seed) {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const map = new Map();
const arrays = [];
const strings = new Set();
const buffers = [];
const resizable = [];
const shared = new SharedArrayBuffer(1 << 20, { maxByteLength: 4 << 20 });
const memory = new WebAssembly.Memory({ initial: 16, maximum: 1024 });

const ZERO = Buffer.alloc(65536);

function assertZero(bytes, what) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < view.length; at += ZERO.length) {
    const part = view.subarray(at, at + ZERO.length);
    if (part.compare(ZERO, 0, part.length) === 0) continue;
    throw new Error(`${what} is not zero at ${at + part.findIndex((byte) => byte !== 0)}`);
  }
}

function fill(bytes, next) {
  for (let i = 0; i + 4 <= bytes.length; i += 4) bytes.writeUInt32LE(next(), i);
  return bytes;
}

/** New memory of each kind must read as zeros; what is let go must not come back. */
function zeros(next) {
  for (let i = 0; i < 24; i++) {
    const size = 1 + (next() % (i % 4 === 0 ? 1_000_000 : 90_000));
    const fresh = Buffer.alloc(size);
    assertZero(fresh, `Buffer.alloc(${size})`);
    fresh.fill(0xa5);
    if (i % 3 === 0) buffers.push(fill(fresh, next));
    const typed = new Float64Array(1 + (next() % 20_000));
    assertZero(typed, 'Float64Array');
    typed.fill(1.5);
  }
  assertZero(new Uint8Array(new SharedArrayBuffer(700_000)), 'SharedArrayBuffer');
}

function resize(next) {
  if (resizable.length < 3) resizable.push(new ArrayBuffer(600_000, { maxByteLength: MAX }));
  resizable.forEach((buffer, index) => {
    const keep = 4096 + (next() % 100_000);
    buffer.resize(keep);
    const grown = index === 0 ? MAX : keep + 200_000 + (next() % 1_000_000);
    buffer.resize(grown);
    assertZero(new Uint8Array(buffer, keep), 'a resizable ArrayBuffer that shrank and grew');
    fill(Buffer.from(buffer), next);
  });
  if (shared.growable && shared.byteLength < shared.maxByteLength) {
    const before = shared.byteLength;
    shared.grow(before + (1 << 20));
    assertZero(new Uint8Array(shared, before), 'a grown SharedArrayBuffer');
    fill(Buffer.from(shared, before), next);
  }
  const before = memory.grow(4) * 65536;
  assertZero(new Uint8Array(memory.buffer, before), 'grown WebAssembly memory');
  fill(Buffer.from(memory.buffer, before), next);
}

function churn(next) {
  const keys = [...map.keys()];
  keys.forEach((key, index) => {
    if (index % 2 === 0) map.delete(key);
  });
  while (map.size < SCALE) {
    const key = `key ${next()}`;
    map.set(key, { key, list: [next(), next() / 3, `${next()}`], nested: { value: next() } });
  }
  while (arrays.length > 40) arrays.splice(next() % arrays.length, 1);
  for (let i = 0; i < 20; i++)
    arrays.push(Array.from({ length: 3000 }, () => (next() % 5 ? next() / 7 : `s${next()}`)));
  for (const text of [...strings].slice(0, strings.size / 2)) strings.delete(text);
  while (strings.size < SCALE / 4) strings.add(`text ${next()} `.repeat(1 + (next() % 9)));
  while (buffers.length > 8) buffers.splice(next() % buffers.length, 1);
  let waste = 0; // objects that die young, and some that die old
  for (let i = 0; i < SCALE * 4; i++) waste += { a: i, b: [i] }.b.length;
  return waste;
}

/** Optimised code, then code that the assumptions do not hold for any more. */
function compile(next) {
  const source = `return function f${next()}(o) { let s = 0; for (let i = 0; i < 2000; i++) s += o.x + o.y * i; return s; }`;
  const hot = new Function(source)();
  let sum = 0;
  for (let i = 0; i < 300; i++) sum += hot({ x: i, y: 2 });
  sum += hot({ y: 1.5, x: '7' }).length; // other shape, other types
  for (let i = 0; i < 300; i++) sum += hot({ x: i + 0.5, y: 3, z: 1 });
  return sum;
}

function collect(how) {
  if (!global.gc) return;
  if (how % 3 === 0) global.gc();
  else if (how % 3 === 1) global.gc({ type: 'minor' });
  else {
    const { Session } = require('node:inspector');
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.collectGarbage'); // compacts, and gives memory back
    session.disconnect();
  }
}

function digest() {
  const hash = crypto.createHash('sha1');
  for (const [key, value] of map) hash.update(key).update(JSON.stringify(value));
  for (const array of arrays) hash.update(array.join());
  for (const text of strings) hash.update(text);
  for (const buffer of buffers) hash.update(buffer);
  for (const buffer of resizable) hash.update(new Uint8Array(buffer));
  hash.update(new Uint8Array(shared)).update(new Uint8Array(memory.buffer));
  return hash.digest('hex');
}

const results = [];
function step(number) {
  const next = random(number * 2654435761);
  results.push(churn(next));
  zeros(next);
  collect(number);
  resize(next);
  results.push(compile(next));
  collect(number + 1);
  const packed = zlib.deflateSync(Buffer.from([...map.keys()].join('\n')), { level: 1 });
  results.push(zlib.inflateSync(packed).length, crypto.createHash('sha1').update(packed).digest('hex'));
  results.push(digest());
  collect(number + 2);
  return crypto.createHash('sha1').update(results.join()).digest('hex');
}

module.exports = { step, digest };

async function main() {
  const workers = [1, 2].map(() => new Worker(path.join(__dirname, 'torture-worker.cjs')));
  const server = http.createServer(async (request, response) => {
    try {
      const number = Number(request.url.match(/^\/step\/(\d+)$/)[1]);
      const answers = workers.map(async (worker) => {
        worker.postMessage(number);
        return (await once(worker, 'message'))[0];
      });
      response.end(JSON.stringify([step(number), ...(await Promise.all(answers))]));
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  });
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
}

if (require.main === module) main();
