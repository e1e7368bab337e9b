// The service under test, in a process and a folder of its own.
import { spawn, execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Filling the demo's database takes a while in a build that is not optimized, on a busy machine.
const PATIENCE = 600_000;

export class Service {
  /** A demo on a free port of this machine: a new one, or what is in the folder of another. */
  static async start(binary, from) {
    const folder = await mkdtemp(join(tmpdir(), 'vinculo-suites-'));
    const service = new Service(binary, folder);
    try {
      if (from) await cp(from, folder, { recursive: true });
      await service.#listen();
      service.sdl = join(folder, 'schema.graphql');
      const { stdout } = await promisify(execFile)(binary, ['schema'], { maxBuffer: 64_000_000 });
      await writeFile(service.sdl, stdout);
    } catch (error) {
      await service.end();
      throw error;
    }
    return service;
  }

  constructor(binary, folder) {
    Object.assign(this, { binary, folder, said: '' });
  }

  get graphql() { return `${this.url}/graphql`; }
  get socket() { return this.graphql.replace(/^http/, 'ws'); }

  /** The token of whoever holds a role; nothing for nobody. */
  token(role) { return role && this.tokens[role].token; }

  /** Asks something as somebody; the answer's body. */
  async ask(query, variables, role) {
    const token = this.token(role);
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(this.graphql, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return answer.json();
  }

  /** Ends it as an operator does, or with SIGKILL in the middle of what it does, and starts it again. */
  async restart(signal) {
    await this.#stop(signal);
    await this.#listen();
  }

  /** Ends it and takes its folder away. */
  async end() {
    await this.#stop('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #listen() {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('VINCULO_'));
    const args = ['--data-dir', this.folder, 'demo', '--listen', '127.0.0.1:0'];
    const settings = {
      VINCULO_LOG: 'warn',
      // Suites ask far more than any client may.
      VINCULO_LIMITS_POINTS: '1000000000',
      // What is sent comes to a receiver of theirs.
      VINCULO_WEBHOOKS_LOCAL: 'true',
    };
    const env = { ...Object.fromEntries(environment), ...settings };
    this.process = spawn(this.binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const process_ = this.process;
    this.url = await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`it does not listen: ${this.said}`)), PATIENCE);
      const hear = (bytes) => {
        this.said += bytes;
        const address = bytes.toString().match(/127\.0\.0\.1:[1-9]\d*/);
        if (address) { clearTimeout(late); resolve(`http://${address[0]}`); }
      };
      process_.stdout.on('data', hear);
      process_.stderr.on('data', hear);
      process_.once('error', reject);
      process_.once('exit', (code) => reject(new Error(`it ended with ${code}: ${this.said}`)));
    });
    this.tokens = JSON.parse(await readFile(join(this.folder, 'demo-tokens.json'), 'utf8'));
  }

  async #stop(signal) {
    const process_ = this.process;
    if (!process_ || process_.exitCode !== null || process_.signalCode !== null) return;
    const ended = new Promise((resolve) => { process_.once('exit', resolve); });
    process_.kill(signal);
    await ended;
  }
}
