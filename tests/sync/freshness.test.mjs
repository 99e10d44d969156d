// How long it takes until an open page finds what was just approved.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Browser, withProfile } from './harness/browser.mjs';
import { MARK } from './harness/generations.mjs';
import { TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const APPROVALS = ['Ahorn', 'Birke', 'Ceder', 'Douglasie', 'Eibe', 'Fichte', 'Ginkgo'];
/** The bar is 2 s; a machine that is busy with other things may be late. */
const DEADLINE_MS = 15_000;
const POLL_S = 1;

const { office, proxy, close } = await startProxied({
  options: ['--sync-min-poll-s', `${POLL_S}`],
});
after(close);

/** Milliseconds from the request that approves until an open page finds the record, for each. */
async function measure(updates) {
  return await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const tab = await browser.openTab(proxy.origin);
      const kit = new TabKit(tab, { apiKey: office.deviceKey });
      const device = await kit.open(kit.fresh(), { updates, pollIntervalS: POLL_S });
      const waits = [];
      for (const tree of APPROVALS) {
        const name = `${MARK} ${tree} ${updates}`;
        const found = device.waitFor(name, name, DEADLINE_MS);
        const started = performance.now();
        await office.add({ name });
        await found;
        waits.push(performance.now() - started);
      }
      assert.deepEqual(tab.faults, []);
      return waits.map(Math.round).sort((a, b) => a - b);
    } finally {
      await browser.kill();
    }
  });
}

test('an open page finds what was approved by events', async (t) => {
  const waits = await measure('events');
  t.diagnostic(`approved → found by events, ms: ${waits.join(', ')} (bar: 2,000)`);
  const asked = proxy.exchanges.map(({ path }) => new URL(path, proxy.origin).pathname);
  assert.ok(asked.includes('/sync/v1/events'), 'the page listens to events');
});

test('an open page finds what was approved at its next question', async (t) => {
  proxy.begin();
  const waits = await measure('poll');
  t.diagnostic(`approved → found by asking every ${POLL_S} s, ms: ${waits.join(', ')}`);
  assert.ok(proxy.exchanges.every(({ path }) => !path.startsWith('/sync/v1/events')));
});
