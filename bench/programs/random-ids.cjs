// Draws ids of several kinds, each in a turn of its own as a server does, and answers requests with one id each; prints
// the processor time of one draw by kind, and of one request, in microseconds.
const crypto = require('node:crypto');
const http = require('node:http');

const pool = Buffer.allocUnsafeSlow(3072);
let at = pool.length;
const KINDS = {
  'randomBytes(16)': () => crypto.randomBytes(16).toString('hex'),
  'randomBytes(32)': () => crypto.randomBytes(32).toString('hex'),
  'getRandomValues(new Uint8Array(16))': () => crypto.getRandomValues(new Uint8Array(16))[0],
  'getRandomValues(new Uint32Array(4))': () => crypto.getRandomValues(new Uint32Array(4))[0],
  'a pool of 3,072 bytes, 24 for each id': () => {
    if (at + 24 > pool.length) at = crypto.randomFillSync(pool) && 0;
    at += 24;
    return pool.toString('base64url', at - 24, at);
  },
  'randomBytes(256)': () => crypto.randomBytes(256)[0],
};
const COUNT = 20_000;
const WARM = 4000;

const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function draws(draw, count) {
  for (let i = 0; i < count; i += 8) {
    for (let j = 0; j < 8; j += 1) draw();
    await new Promise(setImmediate);
  }
}

async function main() {
  const results = {};
  for (const [kind, draw] of Object.entries(KINDS)) {
    await draws(draw, WARM);
    const before = used();
    await draws(draw, COUNT);
    results[kind] = (used() - before) / COUNT;
  }
  const server = http.createServer((_request, response) => response.end(KINDS['randomBytes(16)']()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new http.Agent({ keepAlive: true });
  const ask = () =>
    new Promise((resolve, reject) => {
      http
        .get({ agent, port: server.address().port, host: '127.0.0.1' }, (response) => {
          response.resume().on('end', resolve);
        })
        .on('error', reject);
    });
  for (let i = 0; i < 500; i += 1) await ask();
  const before = used();
  for (let i = 0; i < 2000; i += 1) await ask();
  // The client is in the same process and does as much as the server.
  results['one request'] = (used() - before) / 2000 / 2;
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}

main();
