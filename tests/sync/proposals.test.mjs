// Proposals that are filed without a network reach the server exactly once, whatever fails, and
// their outcome comes back.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { settled } from './device/device.mjs';
import { KINDS, makeFault } from './harness/faults.mjs';
import { MARK } from './harness/generations.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const PLACE = {
  city: 'Vaduz',
  country: 'Liechtenstein',
  countrycode: 'li',
  zipcode: ['9490'],
  population: 0,
  coordinates: '47.141,9.521',
  type: 'tourism',
};

const { office, proxy, close } = await startProxied();
after(close);
const kit = await NodeKit.make({ server: proxy.origin, apiKey: office.deviceKey });

/** Patches of the office whose texts have a word. */
async function patchesWith(word) {
  const request = { query: word, maxResults: 20 };
  return (await office.server.call('POST', '/patch/search', request)).results;
}

const outcomesOf = async (device) =>
  Object.fromEntries((await device.geocoder.proposals()).map((p) => [p.mutationId, p]));

test('proposals made without a network are sent once, and decided by people', async () => {
  const device = await kit.open(kit.fresh());
  const [house] = await device.search('Städtle 43 Vaduz');
  proxy.offline = true;
  const propose = (proposal) => device.geocoder.propose(proposal);
  const wrong = await propose({ update: { ...PLACE, coordinates: 'nowhere' } });
  const added = await propose({ update: { ...PLACE, name: `${MARK} Vorschlag` } });
  const fixed = await propose({ origin: house, update: { coordinates: '47.1382,9.5228' } });
  const declined = await propose({ update: { ...PLACE, name: `${MARK} Unfug` }, comment: 'ha' });
  await settled(device.geocoder.sync());
  let outcomes = await outcomesOf(device);
  assert.deepEqual(
    [wrong, added, fixed, declined].map(({ mutationId }) => outcomes[mutationId].outcome),
    ['queued', 'queued', 'queued', 'queued'],
  );
  proxy.offline = false;
  await device.geocoder.sync();
  outcomes = await outcomesOf(device);
  assert.equal(outcomes[wrong.mutationId].outcome, 'rejected');
  for (const { mutationId } of [added, fixed, declined]) {
    assert.equal(outcomes[mutationId].outcome, 'pending');
  }
  await office.edit(outcomes[added.mutationId].patchId, { status: 'approved' });
  await office.delete(outcomes[declined.mutationId].patchId);
  await device.geocoder.sync();
  outcomes = await outcomesOf(device);
  assert.equal(outcomes[added.mutationId].outcome, 'approved');
  assert.equal(outcomes[declined.mutationId].outcome, 'rejected');
  assert.equal(outcomes[fixed.mutationId].outcome, 'pending');
  assert.equal((await device.search(`${MARK} Vorschlag`))[0].name, `${MARK} Vorschlag`);
  await device.close();
});

test('whatever happens to the request, a proposal becomes one patch', async () => {
  for (const [at, kind] of KINDS.entries()) {
    const files = kit.fresh();
    const device = await kit.open(files);
    const name = `${MARK} Einmal ${kind.replaceAll('-', '')}`;
    await device.geocoder.propose({ update: { ...PLACE, name } });
    proxy.begin((_, path) =>
      path.startsWith('/sync/v1/proposals') ? makeFault(kind, at) : undefined,
    );
    await settled(device.geocoder.sync());
    await device.close();
    proxy.begin();
    const restarted = await kit.open(files.copy());
    await settled(restarted.geocoder.sync());
    await settled(restarted.geocoder.sync());
    const patches = (await patchesWith(name)).filter((patch) => patch.name === name);
    assert.equal(patches.length, 1, `${kind}: ${patches.length} patches`);
    const [proposal] = await restarted.geocoder.proposals();
    assert.deepEqual([proposal.outcome, proposal.patchId], ['pending', patches[0].id], kind);
    await restarted.close();
  }
});

test('a proposal of what somebody else corrected already is left to a person', async () => {
  const device = await kit.open(kit.fresh());
  const [house] = await device.search('Städtle 37 Vaduz');
  const { mutationId } = await device.geocoder.propose({
    origin: house,
    update: { coordinates: '47.1386,9.5227' },
  });
  await office.correct(house, { coordinates: '47.1387,9.5226' });
  await device.geocoder.sync();
  assert.equal((await outcomesOf(device))[mutationId].outcome, 'conflict');
  await device.close();
});
