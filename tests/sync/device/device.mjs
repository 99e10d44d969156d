// A device of the tests: the client, opened, synchronised and searched. The same code runs in Node
// and in pages, whose import map says where the client is.

import { Geocoder } from 'hereabouts';

const OPTIONS = { countries: ['li'], maxResults: 20 };

/** A geocoder, and answers that were collected while it worked. */
export class Device {
  geocoder;
  /** Names of the events that came, with what they said. */
  events = [];

  /** Opens a device; what arrives is told by {@link Device.events}. */
  static async open(options) {
    const device = new Device();
    device.geocoder = await Geocoder.open({ countries: ['li'], updates: 'manual', ...options });
    for (const name of ['update', 'offline', 'online', 'error']) {
      device.geocoder.on(name, (event) => {
        device.events.push({ name, at: performance.now(), event: plain(event) });
      });
    }
    return device;
  }

  /** Results of a search. */
  async search(query, options = {}) {
    return (await this.geocoder.search(query, { ...OPTIONS, ...options })).results;
  }

  /**
   * Synchronises, and asks one question all the time.
   *
   * Returns the report or the error, and every answer that was given, where it is not the same as
   * the one before.
   */
  async syncWatched(query) {
    const answers = [];
    const ask = async () => {
      const answer = JSON.stringify(await this.search(query));
      if (answer !== answers.at(-1)) answers.push(answer);
    };
    let done = false;
    const watch = async () => {
      while (!done) {
        await ask();
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await ask();
    const watching = watch();
    const outcome = await settled(this.geocoder.sync());
    done = true;
    await watching;
    await ask();
    return { ...outcome, answers };
  }

  /** Searches until the first result has a name; returns the milliseconds that it took. */
  async waitFor(query, name, timeoutMs) {
    const started = performance.now();
    for (;;) {
      const [first] = await this.search(query);
      const waitedMs = performance.now() - started;
      if (first?.name === name) return waitedMs;
      if (waitedMs > timeoutMs) throw new Error(`${name} was not found in ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close() {
    this.geocoder.close();
  }
}

/** The report of a synchronisation, or the error, as plain data. */
export async function settled(synchronisation) {
  try {
    return { report: plain(await synchronisation) };
  } catch (error) {
    return { error: plain(error) };
  }
}

/** Whether everything went well. */
export function isClean({ report, error }) {
  return error === undefined && report.countries.every((country) => country.error === undefined);
}

/** Data without prototypes, errors by code and message. */
function plain(value) {
  if (value instanceof Error) {
    return { name: value.name, code: value.code, message: value.message };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}
