// A server with a JavaScript heap of some 300 MB (or HEAP_MB): objects, strings and arrays, as a cache would hold.
const http = require('node:http');

const cache = new Map();
const count = 3000 * Number(process.env.HEAP_MB ?? 300);
for (let i = 0; i < count; i++)
  cache.set(`key-${i}`, { id: i, name: `name ${i}`, tags: [i, i + 1, `tag ${i % 1000}`] });

http
  .createServer((_request, response) => response.end(`${cache.size}\n`))
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
