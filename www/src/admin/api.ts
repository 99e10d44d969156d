// The server's API as the pages use it: JSON in, JSON out, with the key of the person signed in.

/** What is wrong with one field of a request. */
export interface FieldError {
  readonly path: string;
  readonly msg: string;
}

/** The server refused a request, or could not be reached (status 0). */
export class ApiFailure extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[];

  constructor(status: number, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.errors = errors;
  }
}

/** Writes what is wrong with fields, a line for each. */
export function linesOf(errors: readonly FieldError[]): string[] {
  return errors.map(({ path, msg }) => `${path}: ${msg}`);
}

/** Whether the server does not take the key, or not any more. */
export function isKeyRefused(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status === 401;
}

/** An answer, with the tag that {@link Sent.etag} takes. */
export interface Answer<T> {
  readonly data: T;
  readonly etag: string | null;
}

/** What goes with a request. */
export interface Sent {
  readonly body?: unknown;
  /** Changes the object only while it still has this tag. */
  readonly etag?: string | null;
}

/** Longest time that a request waits for its rate limit. */
const MAX_WAIT_S = 5;

/** Sends requests with a key. */
export class Api {
  /** The key's token. */
  readonly token: string;

  constructor(token: string) {
    this.token = token;
  }

  /** Reads something. */
  async get<T>(path: string): Promise<Answer<T>> {
    return this.send<T>('GET', path);
  }

  /**
   * Sends a request; one over the rate limit is sent once more when the limit allows it.
   *
   * @throws ApiFailure when the server refuses it or cannot be reached.
   */
  async send<T>(method: string, path: string, sent: Sent = {}): Promise<Answer<T>> {
    let response = await this.#fetch(method, path, sent);
    const waitS = Number(response.headers.get('retry-after'));
    if (response.status === 429 && waitS <= MAX_WAIT_S) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(waitS, 1) * 1000));
      response = await this.#fetch(method, path, sent);
    }
    const data = await readJson(response);
    if (!response.ok) throw failureOf(response.status, data);
    return { data: data as T, etag: response.headers.get('etag') };
  }

  async #fetch(method: string, path: string, { body, etag }: Sent): Promise<Response> {
    const headers = new Headers({
      'x-placekit-api-key': this.token,
      // Changes of patches are answered by nothing otherwise.
      prefer: 'return=representation',
    });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (etag) headers.set('if-match', etag);
    const init: RequestInit = { method, headers, cache: 'no-store' };
    if (body !== undefined) init.body = JSON.stringify(body);
    try {
      return await fetch(path, init);
    } catch (error) {
      throw new ApiFailure(0, `The server cannot be reached: ${String(error)}`);
    }
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure(response.status, `The server answered ${response.status} without JSON.`);
  }
}

function failureOf(status: number, data: unknown): ApiFailure {
  const { message, errors } = (data ?? {}) as { message?: unknown; errors?: unknown };
  return new ApiFailure(
    status,
    typeof message === 'string' ? message : `The server answered with status ${status}.`,
    Array.isArray(errors) ? (errors as FieldError[]) : [],
  );
}
