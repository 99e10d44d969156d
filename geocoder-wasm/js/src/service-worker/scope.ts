// The worker's surroundings: as much of a service worker's global scope as is used here.

/** Something that the worker is kept alive for. */
export interface LifetimeEvent {
  waitUntil(promise: Promise<unknown>): void;
}

interface FetchEvent extends LifetimeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface SyncEvent extends LifetimeEvent {
  readonly tag: string;
}

interface ScopeEvents {
  install: LifetimeEvent;
  activate: LifetimeEvent;
  fetch: FetchEvent;
  message: LifetimeEvent & Pick<MessageEvent, 'data' | 'ports'>;
  sync: SyncEvent;
  periodicsync: SyncEvent;
}

/** A registration with what not every browser has. */
export interface Registration {
  readonly scope: string;
  readonly active: { postMessage(message: unknown): void } | null;
  readonly sync?: { register(tag: string): Promise<void> };
  readonly periodicSync?: {
    register(tag: string, options: { minInterval: number }): Promise<void>;
  };
}

interface WorkerGlobals {
  readonly location: Pick<URL, 'href' | 'search'>;
  readonly registration: Registration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<E extends keyof ScopeEvents>(
    type: E,
    listener: (event: ScopeEvents[E]) => void,
  ): void;
}

/** The global scope of the worker. */
export const worker = globalThis as unknown as WorkerGlobals;
