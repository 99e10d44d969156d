// The queue of proposals: each a file of its own, so that tabs never overwrite each other's.

import { GeocoderError } from '../errors.js';
import { PROPOSAL_PREFIX } from './state.js';
import type { Transport } from './transport.js';
import type { Proposal, ProposalInput, SyncStorage } from './types.js';

/** The server's limits of one request. */
const BATCH = 100;
const BATCH_BYTES = 240_000;
/** Proposals that are kept; the oldest decided ones give way. */
const MAX_PROPOSALS = 1000;

const file = (mutationId: string) => `${PROPOSAL_PREFIX}${mutationId}`;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Keeps proposals until they are decided, and what was decided. */
export class Proposals {
  readonly #files: SyncStorage;
  readonly #transport: Transport;
  readonly #onChange: () => void;
  /** Whether any may be undecided; unknown until the files were read. */
  #open: boolean | undefined;
  /** Counts what may have made it so. */
  #additions = 0;

  /** Takes over the files; `onChange` is called when one has changed. */
  constructor(files: SyncStorage, transport: Transport, onChange: () => void) {
    this.#files = files;
    this.#transport = transport;
    this.#onChange = onChange;
  }

  /** Forgets what is known about the files, since another tab changed them. */
  changed(): void {
    this.#open = undefined;
    this.#additions += 1;
  }

  /** Queues a proposal. */
  async add(input: ProposalInput): Promise<Proposal> {
    const { origin, update, language, remove, comment } = input;
    const fields = JSON.parse(JSON.stringify({ origin, update, language, remove, comment }));
    const createdAt = new Date().toISOString();
    const proposal: Proposal = { ...fields, mutationId: uuid(), outcome: 'queued', createdAt };
    const bytes = encode(proposal);
    if (bytes.length > BATCH_BYTES / 2) {
      throw new GeocoderError('invalid_options', `a proposal has over ${BATCH_BYTES / 2} bytes`);
    }
    await this.#makeRoom();
    await this.#files.write(file(proposal.mutationId), bytes);
    this.changed();
    this.#onChange();
    return proposal;
  }

  /** Lists the proposals, the oldest first. */
  async list(): Promise<Proposal[]> {
    const proposals: Proposal[] = [];
    for (const { name } of await this.#files.list()) {
      if (!name.startsWith(PROPOSAL_PREFIX)) continue;
      try {
        proposals.push(JSON.parse(new TextDecoder().decode(await this.#files.read(name))));
      } catch (error) {
        // One that was being written when the page ended was never given to anyone.
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
    // The ids begin with the time.
    return proposals.sort((a, b) => (a.mutationId < b.mutationId ? -1 : 1));
  }

  /** Sends what is queued and asks for what is undecided; returns how many outcomes are new. */
  async exchange(signal: AbortSignal): Promise<number> {
    if (this.#open === false || this.#transport.isStatic) return 0;
    const proposals = await this.list();
    const queued = proposals.filter(({ outcome }) => outcome === 'queued');
    const waiting = proposals.filter(
      ({ outcome }) => outcome === 'pending' || outcome === 'conflict',
    );
    let learned = 0;
    for (let at = 0; at < waiting.length; at += BATCH) {
      const asked = waiting.slice(at, at + BATCH);
      const mutationIds = asked.map(({ mutationId }) => mutationId).join();
      const answer = await this.#transport.proposals({ mutationIds }, undefined, signal);
      learned += await this.#note(asked, answer);
      // A server that was restored may know nothing of them: they are sent again.
      queued.push(...asked.filter(({ mutationId }) => !resultOf(answer, mutationId)));
    }
    while (queued.length > 0) learned += await this.#send(nextBatch(queued), signal);
    const additions = this.#additions;
    const open = (await this.list()).some(
      ({ outcome }) => outcome !== 'approved' && outcome !== 'rejected',
    );
    // What was added while the list was read may not be in it.
    if (additions === this.#additions) this.#open = open;
    return learned;
  }

  async #send(batch: Proposal[], signal: AbortSignal): Promise<number> {
    const proposals = batch.map(({ outcome: _, createdAt: __, ...sent }) => sent);
    try {
      return await this.#note(batch, await this.#transport.proposals({}, { proposals }, signal));
    } catch (error) {
      const { code, message } = error as GeocoderError;
      // Refused as a whole: one by one, so that a bad one does not hold up the others.
      if (code !== 'protocol' || !/ 4\d\d$/.test(message)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only) {
        const results = [{ ...only, outcome: 'rejected', message }];
        return this.#note(batch, { results });
      }
      let learned = 0;
      for (const proposal of batch) learned += await this.#send([proposal], signal);
      return learned;
    }
  }

  /** Writes outcomes down; what the answer does not name stays as it is. */
  async #note(asked: readonly Proposal[], answer: unknown): Promise<number> {
    let learned = 0;
    for (const proposal of asked) {
      const result = resultOf(answer, proposal.mutationId);
      const outcome = result?.outcome;
      if (!outcome || !/^(pending|approved|rejected|conflict)$/.test(outcome)) continue;
      if (outcome === proposal.outcome) continue;
      const { patchId, message, errors } = result;
      await this.#write({
        ...proposal,
        outcome,
        ...(patchId && { patchId }),
        ...(message && { message }),
        ...(errors && { errors }),
      });
      learned += 1;
    }
    if (learned > 0) this.#onChange();
    return learned;
  }

  #write(proposal: Proposal): Promise<void> {
    return this.#files.write(file(proposal.mutationId), encode(proposal));
  }

  async #makeRoom(): Promise<void> {
    const proposals = await this.list();
    if (proposals.length < MAX_PROPOSALS) return;
    const decided = proposals.find(({ outcome }) => /approved|rejected/.test(outcome));
    if (!decided) {
      throw new GeocoderError('storage_full', `${MAX_PROPOSALS} proposals wait already`);
    }
    await this.#files.remove(file(decided.mutationId));
  }
}

/** Finds what an answer says of a proposal. */
function resultOf(answer: unknown, mutationId: string): Partial<Proposal> | undefined {
  const { results } = (answer ?? {}) as { results?: Partial<Proposal>[] };
  if (!Array.isArray(results)) {
    throw new GeocoderError('protocol', "the server's answer to proposals has no results");
  }
  return results.find((result) => result.mutationId === mutationId);
}

/** Takes as many as one request holds off the queue. */
function nextBatch(queue: Proposal[]): Proposal[] {
  let bytes = 0;
  let count = 0;
  for (const proposal of queue.slice(0, BATCH)) {
    bytes += encode(proposal).length;
    if (count > 0 && bytes > BATCH_BYTES) break;
    count += 1;
  }
  return queue.splice(0, count);
}

let lastTime = 0;

/** Makes a UUID of version 7: the time and chance; later ones are greater. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  lastTime = Math.max(Date.now(), lastTime + 1);
  let time = lastTime;
  for (let index = 5; index >= 0; index--) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 15) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
