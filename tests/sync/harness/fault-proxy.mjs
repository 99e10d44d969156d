// A proxy on loopback that stands between devices and the server, and plays faults. It counts
// requests and bytes, and serves the page that runs the client in a browser.

import { once } from 'node:events';
import { Agent, request as ask, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { corrupt, reachesServer, substitute } from './faults.mjs';

/** What goes through the same faults and counters: everything of the synchronisation. */
const SYNC = /^\/sync\//;
const EVENTS = /^\/sync\/v1\/events\b/;
/** Headers that belong to one connection. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** A proxy; the server behind it may be replaced at any time. */
export class FaultProxy {
  /** Address without a slash at its end. */
  origin;
  /** Address of the server behind it. */
  target;
  /** Whether connections end before anything is said, as without a network. */
  offline = false;
  /** What was asked since {@link begin}: method, path, fault, status, bytes of the body. */
  exchanges = [];
  #faultOf = () => undefined;
  #server;
  #agent = new Agent({ keepAlive: true });
  #files;
  #sockets = new Set();
  #closedBytes = 0;
  #answers = new Map();

  /** Starts a proxy before a server; `files` gives `{ type, body }` for paths it serves itself. */
  static async start(target, files = () => undefined) {
    const proxy = new FaultProxy();
    proxy.target = target;
    proxy.#files = files;
    proxy.#server = createServer((request, response) => {
      proxy.#handle(request, response).catch(() => request.socket.destroy());
    });
    proxy.#server.keepAliveTimeout = 60_000;
    proxy.#server.on('connection', (socket) => {
      proxy.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        proxy.#sockets.delete(socket);
        proxy.#closedBytes += socket.bytesRead + socket.bytesWritten;
      });
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.origin = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  /** Begins to count anew; `faultOf(index, path)` gives the fault of a request, if any. */
  begin(faultOf = () => undefined) {
    this.exchanges = [];
    this.#faultOf = faultOf;
  }

  /** Bytes on the wire between devices and this proxy since it was started, both ways. */
  get transferredBytes() {
    let bytes = this.#closedBytes;
    for (const socket of this.#sockets) bytes += socket.bytesRead + socket.bytesWritten;
    return bytes;
  }

  /** Ends all connections, as when a device loses its network; new ones are taken. */
  cutConnections() {
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    this.#server.close();
    this.cutConnections();
    this.#agent.destroy();
  }

  async #handle(request, response) {
    const path = request.url;
    const file = await this.#files(new URL(path, 'http://proxy').pathname);
    if (file) {
      response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' });
      response.end(file.body);
      return;
    }
    if (this.offline) {
      request.socket.destroy();
      return;
    }
    const body = await read(request);
    if (!SYNC.test(path) || request.method === 'OPTIONS') {
      send(response, await this.#forward(request, body));
      return;
    }
    const fault = this.#faultOf(this.exchanges.length, path);
    const exchange = { method: request.method, path, fault: fault?.kind, status: 0, bodyBytes: 0 };
    this.exchanges.push(exchange);
    if (fault && !reachesServer(fault)) {
      if (fault.kind === 'drop-request') request.socket.destroy();
      else sendCounted(response, substitute(fault), exchange);
    } else if (EVENTS.test(path)) {
      await this.#stream(request, response, fault, exchange);
    } else {
      await this.#exchange(request, body, response, fault, exchange);
    }
  }

  async #exchange(request, body, response, fault, exchange) {
    if (fault?.kind === 'duplicate') await this.#forward(request, body);
    const answer = await this.#forward(request, body);
    const key = `${request.method} ${request.url}`;
    const stale = this.#answers.get(key);
    // A server may answer 304 to this device only.
    if (answer.status !== 304 && !stale) this.#answers.set(key, answer);
    switch (fault?.kind) {
      case 'drop-answer':
        request.socket.destroy();
        return;
      case 'truncate':
      case 'stall':
        await this.#interrupt(response, answer, fault, exchange);
        return;
      case 'shorten':
        answer.body = answer.body.subarray(0, answer.body.length * fault.place);
        break;
      case 'corrupt':
        answer.body = corrupt(answer.body, fault);
        break;
      case 'delay':
        await sleep(fault.delayMs);
        break;
      case 'stale':
        sendCounted(response, stale ?? answer, exchange);
        return;
    }
    sendCounted(response, answer, exchange);
  }

  /** Sends a part of the body; then the connection ends, or the rest follows after a while. */
  async #interrupt(response, { status, headers, body }, fault, exchange) {
    if (body.length === 0 && fault.kind === 'truncate') {
      // Where nothing can be missing, an end later on would hit the next exchange.
      response.socket?.destroy();
      return;
    }
    const part = Math.floor(body.length * fault.place);
    exchange.status = status;
    response.writeHead(status, { ...headers, 'content-length': body.length });
    response.flushHeaders();
    await new Promise((written) => response.write(body.subarray(0, part), written));
    exchange.bodyBytes = part;
    await sleep(fault.delayMs);
    if (fault.kind === 'truncate') {
      response.socket?.destroy();
      return;
    }
    exchange.bodyBytes = body.length;
    response.end(body.subarray(part));
  }

  /** Passes an endless answer on as it comes. */
  async #stream(request, response, fault, exchange) {
    const upstream = await this.#open(request, Buffer.alloc(0));
    response.on('close', () => upstream.destroy());
    upstream.on('error', () => response.destroy());
    if (fault?.kind === 'drop-answer') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'delay' || fault?.kind === 'stall') await sleep(fault.delayMs);
    exchange.status = upstream.statusCode;
    response.writeHead(upstream.statusCode, endToEnd(upstream.headers));
    response.flushHeaders();
    for await (const chunk of upstream) {
      exchange.bodyBytes += chunk.length;
      response.write(fault?.kind === 'corrupt' ? corrupt(chunk, fault) : chunk);
      if (fault?.kind === 'truncate' || fault?.kind === 'shorten') break;
    }
    if (fault?.kind === 'truncate') response.destroy();
    else response.end();
  }

  async #forward(request, body) {
    const answer = await this.#open(request, body);
    return {
      status: answer.statusCode,
      headers: endToEnd(answer.headers),
      body: await read(answer),
    };
  }

  #open(request, body) {
    const { hostname, port } = new URL(this.target);
    const { method, url: path } = request;
    const headers = { ...endToEnd(request.headers), host: `${hostname}:${port}` };
    if (body.length > 0) headers['content-length'] = body.length;
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path, headers, agent: this.#agent };
      ask(options, resolve).on('error', reject).end(body);
    });
  }
}

function endToEnd(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sendCounted(response, answer, exchange) {
  exchange.status = answer.status;
  exchange.bodyBytes = answer.body.length;
  send(response, answer);
}

function send(response, { status, headers, body }) {
  const length = status === 304 || status === 204 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}
