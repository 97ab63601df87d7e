import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const running = new Set();

/** A program of the soak: lines that it says, answers that it gives, and how it ended. */
export class Process {
  #lines = [];
  #waiting = [];
  #errors;

  /** `errors`: the file that gets its standard error. */
  constructor(command, words, { cwd, env, errors }) {
    this.#errors = errors;
    const file = openSync(errors, 'w');
    // Of a session of its own: Ctrl-C is for us alone.
    this.child = spawn(command, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', file] });
    closeSync(file);
    running.add(this);
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) this.#lines.push(line);
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        this.over = true;
        running.delete(this);
        resolve(signal ?? code);
        this.#wake();
      });
    });
  }

  get pid() {
    return this.child.pid;
  }

  /** What it has said on its standard error. */
  complaints() {
    return readFileSync(this.#errors, 'utf8');
  }

  #wake() {
    while (this.#waiting.length > 0 && (this.#lines.length > 0 || this.over)) {
      const { resolve, reject } = this.#waiting.shift();
      if (this.#lines.length > 0) resolve(this.#lines.shift());
      else reject(new Error(`it ended instead of saying a line:\n${this.complaints()}`));
    }
  }

  line() {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#wake();
    });
  }

  /** Waits for its end, which must be that one, without a word on its standard error. */
  async mustEnd(expected) {
    const how = await this.ended;
    const said = this.complaints() + this.#lines.join('\n');
    if (how !== expected) throw new Error(`it ended with ${how}, and not with ${expected}:\n${said}`);
    if (said !== '') throw new Error(`it said what it should not:\n${said}`);
  }
}

/** Ends what still runs. */
export async function endAll() {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all([...running].map(({ ended }) => ended));
}

/** The body of the answer of what listens there. */
export function ask(port, path) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const failed = (cause) => reject(new Error(`no answer to ${path}: ${cause}\n${answer}`));
    connect(port, '127.0.0.1')
      .setEncoding('utf8')
      .on('error', failed)
      .on('data', (text) => (answer += text))
      .on('close', () => {
        const [head, body] = answer.split('\r\n\r\n');
        if (!head.startsWith('HTTP/1.1 200 OK')) failed('its head is another');
        else if (!head.includes(`Content-Length: ${body.length}`)) failed('its length is another');
        else resolve(body);
      })
      .write(`GET ${path} HTTP/1.1\r\nHost: soak\r\n\r\n`);
  });
}
