// A sync server in this process, after docs/SYNC.md: real shards, real deltas, and a `fetch` to ask it.

import { createPrivateKey, sign } from 'node:crypto';
import { encodeDelta, encodeSnapshot, sha256 } from './corrections.mjs';

/** Serves countries with their feeds; `requests` lists the paths that were asked for. */
export class ProtocolServer {
  epoch = 'e1';
  version = 1;
  minPollS = 0;
  requests = [];
  countries = new Map();
  blobs = new Map();
  proposals = new Map();
  /** Key that is asked for; nothing where everybody may. */
  apiKey;
  /** Ed25519 private key (PEM) that signs; nothing where nothing is signed. */
  signingKey;
  /** Whether answers carry their digest. */
  digests = false;
  /** Whether only the files of a static host are there. */
  isStatic = false;
  /** Called with the path before an answer; what it returns is answered in its place. */
  onRequest = () => undefined;
  #streams = new Set();

  /** Number of streams of events that are open. */
  get streams() {
    return this.#streams.size;
  }

  /** Publishes a base: `{ bytes, sha256, chunks }`, with or without a feed. */
  publish(code, base, { feed = true } = {}) {
    const former = this.countries.get(code);
    this.blobs.set(base.sha256, base.bytes);
    let offset = 0;
    for (const { sha256, size } of base.chunks) {
      this.blobs.set(sha256, base.bytes.subarray(offset, offset + size));
      offset += size;
    }
    const fresh = { operations: [], floor: 0, snapshot: null, segments: [], feed };
    const country = { ...(former ?? fresh), base, generation: base.sha256.slice(0, 16) };
    // Blobs of corrections belong to a generation.
    this.countries.set(code, { ...country, snapshot: null, segments: [] });
    if (former?.snapshot) this.compact(code, { floor: former.floor });
    this.#changed();
  }

  /** Approves corrections, or ends them (`{ id }`): one operation each. */
  approve(code, ...changes) {
    const { operations } = this.countries.get(code);
    for (const change of changes) {
      const seq = (operations.at(-1)?.seq ?? 0) + 1;
      operations.push('name' in change ? { seq, put: change } : { seq, id: change.id });
    }
    this.#changed();
  }

  /** Makes a snapshot of now, and forgets the operations up to a floor. */
  compact(code, { floor = this.head(code) } = {}) {
    const country = this.countries.get(code);
    const bytes = encodeSnapshot(country.generation, this.corrections(code));
    const seq = this.head(code);
    country.snapshot = { seq, ...this.#blob(bytes), count: this.corrections(code).length };
    country.floor = floor;
    this.#changed();
  }

  /** Makes a segment of operations. */
  segment(code, from, to) {
    const country = this.countries.get(code);
    const delta = encodeDelta(country.generation, this.#delta(code, from, to));
    country.segments.push({ from, to, ...this.#blob(delta) });
    this.#changed();
  }

  /** Stops offering a country. */
  withdraw(code) {
    this.countries.delete(code);
    this.#changed();
  }

  /** Breaks all streams of events. */
  failStreams(error) {
    for (const send of this.#streams) send.fail(error);
    this.#streams.clear();
  }

  head(code) {
    return this.countries.get(code).operations.at(-1)?.seq ?? 0;
  }

  corrections(code) {
    const state = new Map();
    for (const { put, id } of this.countries.get(code).operations) {
      if (put) state.set(put.id, put);
      else state.delete(id);
    }
    return [...state.values()];
  }

  state(code) {
    const { generation } = this.countries.get(code);
    return sha256(encodeSnapshot(generation, this.corrections(code)));
  }

  /** Answers as `fetch` does. */
  fetch = async (url, init = {}) => {
    init.signal?.throwIfAborted();
    const { pathname, search } = new URL(url);
    this.requests.push(pathname + search);
    const special = await this.onRequest(pathname + search, this.requests.length, init);
    return special ?? this.answer(url, init);
  };

  /** Answers without counting or spoiling. */
  async answer(url, init = {}) {
    const { pathname, searchParams } = new URL(url);
    const path = this.isStatic ? `static${pathname}` : pathname;
    const headers = new Headers(init.headers);
    if (
      this.apiKey &&
      !path.includes('/blobs/') &&
      headers.get('x-placekit-api-key') !== this.apiKey
    )
      return json({ message: 'no' }, 401);
    const blob = path.match(/\/blobs\/(\w+)$/);
    if (blob) {
      const bytes = this.blobs.get(blob[1]);
      return bytes ? new Response(bytes.slice()) : json({ message: 'no such blob' }, 404);
    }
    const wanted = searchParams.get('countries')?.split(',');
    switch (path) {
      case '/sync/v1/heads':
        return this.#signed(headers, this.heads(wanted));
      case 'static/manifest.json':
      case '/sync/v1/manifest':
        return this.#signed(headers, this.manifest(wanted));
      case 'static/manifest.json.sig':
        return new Response(this.#signature(JSON.stringify(this.manifest())));
      case '/sync/v1/changes':
        return this.#changes(Object.fromEntries(searchParams));
      case '/sync/v1/events':
        return this.#events(wanted, init.signal);
      case '/sync/v1/proposals':
        return init.body ? this.#propose(JSON.parse(init.body)) : this.#outcomes(searchParams);
      default:
        return json({ message: 'no such route' }, 404);
    }
  }

  heads(wanted) {
    const countries = this.#each(wanted, (code, { generation }) => ({
      generation,
      head: this.head(code),
      state_sha256: this.state(code),
    }));
    return {
      format: 1,
      epoch: this.epoch,
      version: this.version,
      min_poll_s: this.minPollS,
      countries,
    };
  }

  manifest(wanted) {
    const countries = this.#each(wanted, (code, { base, generation, feed, ...overlay }) => ({
      name: base.name,
      attribution: base.attribution,
      base: {
        ...base.details,
        generation,
        sha256: base.sha256,
        size: base.bytes.length,
        chunks: base.chunks,
      },
      ...(feed && {
        overlay: {
          head: this.head(code),
          floor: overlay.floor,
          state_sha256: this.state(code),
          snapshot: overlay.snapshot,
          segments: overlay.segments,
        },
      }),
    }));
    return { format: 1, epoch: this.epoch, version: this.version, countries };
  }

  #each(wanted, describe) {
    const offered = [...this.countries].filter(([code]) => !wanted || wanted.includes(code));
    return Object.fromEntries(offered.map(([code, country]) => [code, describe(code, country)]));
  }

  #blob(bytes) {
    const hash = sha256(bytes);
    this.blobs.set(hash, bytes);
    return { sha256: hash, size: bytes.length };
  }

  #delta(code, from, to) {
    const head = this.head(code);
    const last = new Map();
    const { operations } = this.countries.get(code);
    for (const operation of operations) last.set(operation.put?.id ?? operation.id, operation.seq);
    const counts = ({ seq, put, id }) => seq > from && seq <= to && last.get(put?.id ?? id) === seq;
    const state = to === head ? this.state(code) : undefined;
    return { from, to, head, state, operations: operations.filter(counts) };
  }

  #changes({ country: code, epoch, generation, since, limit }) {
    const country = this.countries.get(code);
    const head = this.head(code);
    const from = Number(since);
    const reason =
      (epoch !== this.epoch && 'epoch_changed') ||
      (generation !== country.generation && 'generation_changed') ||
      (from < country.floor && 'below_floor') ||
      (from > head && 'above_head');
    if (reason) return json({ message: reason, control: 'must-refetch', reason }, 409);
    const to = Math.min(head, from + Math.min(Number(limit), this.maxOperations ?? 1000));
    const bytes = encodeDelta(generation, this.#delta(code, from, to));
    return new Response(bytes, { headers: this.#digest(bytes) });
  }

  #events(wanted, signal) {
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      start: (controller) => {
        const send = () => {
          const data = JSON.stringify(this.heads(wanted));
          controller.enqueue(encoder.encode(`: hello\n\nevent: heads\ndata: ${data}\n\n`));
        };
        send.fail = (error) => controller.error(error);
        this.#streams.add(send);
        signal?.addEventListener('abort', () => this.#streams.delete(send));
        send();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  #propose({ proposals }) {
    const results = proposals.map(({ mutationId }) => {
      const known = this.proposals.get(mutationId);
      if (!known)
        this.proposals.set(mutationId, { outcome: 'pending', patchId: `p-${mutationId}` });
      return { mutationId, ...this.proposals.get(mutationId), duplicate: known !== undefined };
    });
    return json({ results });
  }

  #outcomes(params) {
    const asked = params.get('mutationIds').split(',');
    const known = asked.filter((mutationId) => this.proposals.has(mutationId));
    return json({
      results: known.map((mutationId) => ({ mutationId, ...this.proposals.get(mutationId) })),
    });
  }

  #changed() {
    this.version += 1;
    for (const send of this.#streams) send();
  }

  #signature(text) {
    return sign(null, Buffer.from(text), createPrivateKey(this.signingKey)).toString('base64');
  }

  #signed(asked, value) {
    const text = JSON.stringify(value);
    const etag = `"${sha256(text)}"`;
    if (asked.get('if-none-match') === etag) return new Response(null, { status: 304 });
    const signed = this.signingKey && !this.isStatic;
    const signature = signed && { 'hereabouts-signature': this.#signature(text) };
    const digest = this.#digest(Buffer.from(text));
    return new Response(text, { headers: { etag, ...signature, ...digest } });
  }

  #digest(bytes) {
    if (!this.digests) return {};
    const base64 = Buffer.from(sha256(bytes), 'hex').toString('base64');
    return { 'content-digest': `sha-256=:${base64}:` };
  }
}

function json(value, status = 200, headers = {}) {
  return new Response(JSON.stringify(value), { status, headers });
}
