// Two tabs of one browser: one copy, one download, and both answer from it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../harness/until.mjs';
import { Browser, withProfile } from './harness/browser.mjs';
import { MARK } from './harness/generations.mjs';
import { TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const DEADLINE_MS = 15_000;

const { office, proxy, close } = await startProxied();
after(close);

/** How often each blob was asked for, and how many streams of events there were. */
function requests() {
  const counts = new Map();
  for (const { path } of proxy.exchanges) {
    const { pathname } = new URL(path, proxy.origin);
    const key = /blobs|events|changes/.test(pathname) ? pathname : 'heads and manifest';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test('two tabs download once, listen once, and both find what is new', async () => {
  await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const tabs = [await browser.openTab(proxy.origin), await browser.openTab(proxy.origin)];
      const kits = tabs.map((tab) => new TabKit(tab, { apiKey: office.deviceKey }));
      proxy.begin();
      const devices = await Promise.all(
        kits.map((kit) => kit.open('shared', { updates: 'events' })),
      );
      for (const device of devices) {
        assert.equal((await device.search('Städtle 43 Vaduz'))[0].name, 'Städtle 43');
      }
      await until(() => requests().has('/sync/v1/events'), 'a tab listens');
      for (const [path, count] of requests()) {
        if (/blobs/.test(path)) assert.equal(count, 1, `${path} was downloaded ${count} times`);
      }
      const asked = requests().get('/sync/v1/changes') ?? 0;
      const name = `${MARK} Beide`;
      await office.add({ name });
      await Promise.all(devices.map((device) => device.waitFor(name, name, DEADLINE_MS)));
      assert.equal(requests().get('/sync/v1/changes') - asked, 1, 'one tab asked for the changes');
      assert.equal(requests().get('/sync/v1/events'), 1, 'one tab listens');
      for (const tab of tabs) assert.deepEqual(tab.faults, []);
    } finally {
      await browser.kill();
    }
  });
});

test('when the tab that listens is closed, another one takes over', async () => {
  await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const tabs = [await browser.openTab(proxy.origin), await browser.openTab(proxy.origin)];
      const [first, second] = tabs.map((tab) => new TabKit(tab, { apiKey: office.deviceKey }));
      proxy.begin();
      await first.open('handed-over', { updates: 'events' });
      await until(() => requests().has('/sync/v1/events'), 'the first tab listens');
      const survivor = await second.open('handed-over', { updates: 'events' });
      await tabs[0].close();
      const name = `${MARK} Danach`;
      await office.add({ name });
      await survivor.waitFor(name, name, DEADLINE_MS);
      assert.deepEqual(tabs[1].faults, []);
    } finally {
      await browser.kill();
    }
  });
});
