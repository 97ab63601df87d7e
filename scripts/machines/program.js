// What each machine runs: a server that has compiled hot code, and asks itself by fetch (which is WebAssembly).
const { createServer } = require('node:http');
const { createHash } = require('node:crypto');
const { gzipSync, gunzipSync } = require('node:zlib');

let total = 0;
function work() {
  for (let i = 0; i < 20000; i++) total += Math.sqrt(i) * 1.5 + Math.floor(i / 3);
  const text = 'grün und blau '.repeat(500);
  const back = gunzipSync(gzipSync(text)).toString('utf8');
  return { same: back === text, hash: createHash('sha256').update(text).digest('hex').slice(0, 8) };
}
for (let i = 0; i < 30; i++) work();

const server = createServer(async (request, response) => {
  if (request.url === '/plain') return response.end('plain');
  const fetched = await fetch(`http://127.0.0.1:${server.address().port}/plain`).then((answer) =>
    answer.text(),
  );
  response.end(JSON.stringify({ ...work(), fetched, total: Number.isFinite(total) }));
});
server.listen(process.env.PORT ?? 3000, () => console.log('listening'));
