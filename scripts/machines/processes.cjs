// What machines run besides program.js: a cluster of two that serves one port, and a child that keeps the count.
const { fork } = require('node:child_process');
const cluster = require('node:cluster');
const { once } = require('node:events');
const { createServer } = require('node:http');

function counts() {
  const asked = [];
  process.on('message', (pid) => {
    asked.push(pid);
    process.send({ same: pid === process.ppid, jobs: asked.length });
  });
  process.on('disconnect', () => process.exit());
}

function serves() {
  const server = createServer(async (_request, response) => {
    process.send('count');
    const [answer] = await once(process, 'message');
    response.end(JSON.stringify(answer));
  });
  server.listen(process.env.PORT ?? 3000);
}

function first() {
  const counter = fork(__filename, ['counts']);
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === 2) console.log('listening');
  });
  for (const each of [cluster.fork(), cluster.fork()])
    each.on('message', async () => {
      counter.send(process.pid);
      const [answer] = await once(counter, 'message');
      each.send(answer);
    });
  process.on('SIGTERM', () => process.exit());
}

if (process.argv[2] === 'counts') counts();
else if (cluster.isPrimary) first();
else serves();
