// How the page finds its key and what it may do with it, before a server that is told what to say.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Connection } from '../src/device/connection.js';
import { mayPropose, rememberMayPropose } from '../src/settings.js';

const HEADS = '/sync/v1/heads';
const { fetch: platformFetch } = globalThis;

/** Answers in place of a server; returns the paths that were asked for, with the key. */
function serve(answer: (path: string, key: string | null) => Response): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (url, init) => {
    const key = new Headers(init?.headers).get('x-placekit-api-key');
    asked.push(`${url} ${key ?? '-'}`);
    return answer(String(url), key);
  };
  return asked;
}

const config = (apiKey?: string) => Response.json({ apiKey });

afterEach(() => {
  globalThis.fetch = platformFetch;
  rememberMayPropose(false);
});

test('the key is read once, and sent with everything but blobs', async () => {
  const asked = serve((path) => (path === 'config.json' ? config('pk_1') : new Response()));
  const connection = new Connection();
  await connection.fetch('/sync/v1/blobs/aa');
  await connection.fetch(HEADS);
  await connection.fetch(HEADS);
  const sent = `${HEADS} pk_1`;
  assert.deepEqual(asked, ['/sync/v1/blobs/aa -', 'config.json -', sent, sent]);
});

test('a key that was replaced is read again, and a refused one is not asked with forever', async () => {
  let current = 'pk_1';
  const asked = serve((path, key) => {
    if (path === 'config.json') return config(current);
    return new Response(null, { status: key === 'pk_2' ? 200 : 401 });
  });
  const connection = new Connection();
  assert.equal((await connection.fetch(HEADS)).status, 401);
  assert.equal(asked.length, 3, 'the same key is not tried twice');
  current = 'pk_2';
  assert.equal((await connection.fetch(HEADS)).status, 200);
});

test('hosts of files need no key, whatever they answer in its place', async () => {
  for (const missing of [
    () => new Response(null, { status: 404 }),
    () => new Response('<!doctype html>'),
  ]) {
    const asked = serve((path) => (path === 'config.json' ? missing() : new Response()));
    const connection = new Connection();
    await connection.fetch('/manifest.json');
    assert.deepEqual(asked, ['config.json -', '/manifest.json -']);
    assert.equal(await connection.askPermissions(), false);
    assert.equal(mayPropose(), false);
  }
});

test('a server that cannot answer is told as such', async () => {
  serve(() => new Response(null, { status: 503 }));
  const connection = new Connection();
  assert.equal((await connection.fetch(HEADS)).status, 503);
});

test('what the key may do is asked, and remembered while nobody can be asked', async () => {
  let permissions = ['sync:read', 'patches:propose'];
  serve((path) => (path === 'config.json' ? config('pk_1') : Response.json({ permissions })));
  const connection = new Connection();
  assert.equal(await connection.askPermissions(), true);
  assert.equal(mayPropose(), true);
  globalThis.fetch = () => Promise.reject(new TypeError('down'));
  assert.equal(await connection.askPermissions(), false);
  serve(() => new Response(null, { status: 503 }));
  assert.equal(await connection.askPermissions(), false);
  assert.equal(mayPropose(), true);
  permissions = ['sync:read'];
  serve(() => Response.json({ permissions }));
  assert.equal(await connection.askPermissions(), true);
  assert.equal(mayPropose(), false);
});
