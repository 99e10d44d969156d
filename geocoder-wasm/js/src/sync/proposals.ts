// The queue of proposals: each a file of its own, so that tabs never overwrite each other's.

import { encodeJson, hexOf, textOf } from '../bytes.js';
import { GeocoderError } from '../errors.js';
import { refuse } from './offers.js';
import { PROPOSAL_PREFIX } from './state.js';
import type { Transport } from './transport.js';
import type { Proposal, ProposalInput, SyncStorage } from './types.js';

/** The server's limits of one request. */
const BATCH = 100;
const BATCH_BYTES = 240_000;
/** Proposals that are kept; the oldest decided ones give way. */
const MAX_PROPOSALS = 1000;

const file = (mutationId: string) => `${PROPOSAL_PREFIX}${mutationId}`;

/** Keeps proposals among the files until they are decided; `onChange` is called when one changed. */
export function proposalsIn(files: SyncStorage, transport: Transport, onChange: () => void) {
  /** Whether any may be undecided; unknown until the files were read. */
  let open: boolean | undefined;
  /** Counts what may have made it so. */
  let additions = 0;

  /** Forgets what is known about the files, since another tab changed them. */
  function changed(): void {
    open = undefined;
    additions += 1;
  }

  /** Lists the proposals, the oldest first. */
  async function list(): Promise<Proposal[]> {
    const proposals: Proposal[] = [];
    for (const { name } of await files.list()) {
      if (!name.startsWith(PROPOSAL_PREFIX)) continue;
      try {
        proposals.push(JSON.parse(textOf(await files.read(name))));
      } catch (error) {
        // One that was being written when the page ended was never given to anyone.
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
    // The ids begin with the time.
    return proposals.sort((a, b) => (a.mutationId < b.mutationId ? -1 : 1));
  }

  async function makeRoom(): Promise<void> {
    const proposals = await list();
    if (proposals.length < MAX_PROPOSALS) return;
    const decided = proposals.find(isDecided);
    if (!decided) {
      throw new GeocoderError('storage_full', `${MAX_PROPOSALS} proposals wait already`);
    }
    await files.remove(file(decided.mutationId));
  }

  async function send(batch: Proposal[], signal: AbortSignal): Promise<number> {
    const proposals = batch.map(({ outcome: _, createdAt: __, ...sent }) => sent);
    try {
      return await note(batch, await transport.proposals({}, { proposals }, signal));
    } catch (error) {
      const { code, message, cause } = error as GeocoderError;
      const { status = 0 } = (cause ?? {}) as Partial<Response>;
      // Refused as a whole: one by one, so that a bad one does not hold up the others.
      if (code !== 'protocol' || status < 400) throw error;
      if (batch.length === 1) {
        return note(batch, { results: [{ ...batch[0], outcome: 'rejected', message }] });
      }
      let learned = 0;
      for (const proposal of batch) learned += await send([proposal], signal);
      return learned;
    }
  }

  /** Writes outcomes down; what the answer does not name stays as it is. */
  async function note(asked: readonly Proposal[], answer: unknown): Promise<number> {
    let learned = 0;
    for (const proposal of asked) {
      const { outcome, patchId, message, errors } = resultOf(answer, proposal.mutationId) ?? {};
      if (!outcome || !/^(pending|approved|rejected|conflict)$/.test(outcome)) continue;
      if (outcome === proposal.outcome) continue;
      const noted = {
        ...proposal,
        outcome,
        ...(patchId && { patchId }),
        ...(message && { message }),
        ...(errors && { errors }),
      };
      await files.write(file(proposal.mutationId), encodeJson(noted));
      learned += 1;
    }
    if (learned > 0) onChange();
    return learned;
  }

  return {
    changed,
    list,

    /** Queues a proposal. */
    async add(input: ProposalInput): Promise<Proposal> {
      const { origin, update, language, remove, comment } = input;
      const fields = JSON.parse(JSON.stringify({ origin, update, language, remove, comment }));
      const createdAt = new Date().toISOString();
      const proposal: Proposal = { ...fields, mutationId: uuid(), outcome: 'queued', createdAt };
      const bytes = encodeJson(proposal);
      if (bytes.length > BATCH_BYTES / 2) {
        throw new GeocoderError('invalid_options', `a proposal has over ${BATCH_BYTES / 2} bytes`);
      }
      await makeRoom();
      await files.write(file(proposal.mutationId), bytes);
      changed();
      onChange();
      return proposal;
    },

    /** Sends what is queued and asks for what is undecided; returns how many outcomes are new. */
    async exchange(signal: AbortSignal): Promise<number> {
      if (open === false || transport.isStatic()) return 0;
      const undecided = (await list()).filter((proposal) => !isDecided(proposal));
      const queued = undecided.filter(({ outcome }) => outcome === 'queued');
      const waiting = undecided.filter(({ outcome }) => outcome !== 'queued');
      let learned = 0;
      while (waiting.length > 0) {
        const asked = waiting.splice(0, BATCH);
        const mutationIds = asked.map(({ mutationId }) => mutationId).join();
        const answer = await transport.proposals({ mutationIds }, undefined, signal);
        learned += await note(asked, answer);
        // A server that was restored may know nothing of them: they are sent again.
        queued.push(...asked.filter(({ mutationId }) => !resultOf(answer, mutationId)));
      }
      while (queued.length > 0) learned += await send(nextBatch(queued), signal);
      const before = additions;
      const all = (await list()).every(isDecided);
      // What was added while the list was read may not be in it.
      if (before === additions) open = !all;
      return learned;
    },
  };
}

function isDecided({ outcome }: Proposal): boolean {
  return outcome === 'approved' || outcome === 'rejected';
}

/** Finds what an answer says of a proposal. */
function resultOf(answer: unknown, mutationId: string): Partial<Proposal> | undefined {
  const { results } = (answer ?? {}) as { results?: Partial<Proposal>[] };
  if (!Array.isArray(results)) refuse('results', results);
  return results.find((result) => result.mutationId === mutationId);
}

/** Takes as many as one request holds off the queue. */
function nextBatch(queue: Proposal[]): Proposal[] {
  let bytes = 0;
  let count = 0;
  for (const proposal of queue.slice(0, BATCH)) {
    bytes += encodeJson(proposal).length;
    if (count > 0 && bytes > BATCH_BYTES) break;
    count += 1;
  }
  return queue.splice(0, count);
}

let lastTime = 0;

/** Makes a UUID of version 7: the time and chance; later ones are greater. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = ((bytes[0] ?? 0) & 15) | 0x70;
  bytes[2] = ((bytes[2] ?? 0) & 63) | 0x80;
  lastTime = Math.max(Date.now(), lastTime + 1);
  const digits = lastTime.toString(16).padStart(12, '0') + hexOf(bytes);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
