// Requests over a few connections that are kept, by a client that costs little itself.
import { connect } from 'node:net';
import { now } from './measure.mjs';

const CONNECTIONS = 4;

/** Returns where the first whole answer in `text` ends, or -1. */
function endOfAnswer(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return -1;
  const length = text.slice(0, head).match(/\r\ncontent-length: (\d+)/i);
  if (length) return text.length >= head + 4 + Number(length[1]) ? head + 4 + Number(length[1]) : -1;
  const last = text.indexOf('0\r\n\r\n', head + 4);
  return last < 0 ? -1 : last + 5;
}

/**
 * Asks `count` times, each connection again as soon as it is answered.
 *
 * @returns milliseconds from `began` until each of `marks` answers had come
 */
export function requests(port, path, count, marks = [], began = now()) {
  const text = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const times = {};
  let sent = 0;
  let done = 0;
  return new Promise((resolve, reject) => {
    const sockets = Array.from({ length: CONNECTIONS }, () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let have = '';
      let closing = false;
      const ask = () => {
        if (sent === count) return;
        sent++;
        socket.write(text);
      };
      socket.setEncoding('latin1');
      socket.on('connect', ask);
      socket.on('error', reject);
      socket.on(
        'close',
        () => closing || done === count || reject(new Error('the server closed the connection')),
      );
      socket.on('data', (chunk) => {
        have += chunk;
        for (let end = endOfAnswer(have); end >= 0; end = endOfAnswer(have)) {
          if (!/^HTTP\/1\.1 200 /.test(have)) reject(new Error(`GET ${path}: ${have.slice(0, 200)}`));
          have = have.slice(end);
          done++;
          if (marks.includes(done)) times[done] = now() - began;
          if (done < count) ask();
          else {
            closing = true;
            for (const each of sockets) each.destroy();
            resolve(times);
          }
        }
      });
      return socket;
    });
  });
}
