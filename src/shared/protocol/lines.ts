import type { Socket } from 'node:net';

/** Calls `each` with every JSON line that arrives; a line that is no JSON is handed to `bad`. */
export function onLines<T>(socket: Socket, each: (message: T) => void, bad: (text: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    rest += text;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      let message: T;
      try {
        message = JSON.parse(line) as T;
      } catch {
        bad(line);
        continue;
      }
      each(message);
    }
  });
}

export function sendLine(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
