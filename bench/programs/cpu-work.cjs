// One kind of work for each path, as a server has it that encrypts, packs or computes: what a level of the CPU costs it.
const { createCipheriv, createHash } = require('node:crypto');
const { createServer } = require('node:http');
const { gzipSync } = require('node:zlib');

const BYTES = Buffer.from('one line of a log, as there are many; '.repeat(6000));
const WORDS = 'größer als 5 €, '.repeat(12_000);
const KEY = Buffer.alloc(32, 1);
const NUMBERS = Float64Array.from({ length: 50_000 }, (_, i) => i / 7);

const WORK = {
  sha256: () => createHash('sha256').update(BYTES).digest('hex'),
  aes: () => createCipheriv('aes-256-gcm', KEY, KEY.subarray(0, 12)).update(BYTES).length,
  gzip: () => gzipSync(BYTES, { level: 1 }).length,
  base64: () => BYTES.toString('base64').length,
  utf8: () => Buffer.from(WORDS).toString().length,
  json: () => JSON.stringify(JSON.parse(JSON.stringify(Array.from(NUMBERS.subarray(0, 2000))))).length,
  numbers: () => NUMBERS.reduce((sum, x, i) => sum + Math.sqrt(x * x + i) * 1.5, 0),
};

createServer((request, response) => {
  const answer = String(WORK[request.url.slice(1)]());
  response.end(answer);
}).listen(process.env.PORT);
