// The real sync server over the shards that the tests build, with the built app.

import { type ServerOptions, SyncServer } from '../../harness/server.mjs';
import { DATA, WWW } from './workspace.js';

/** Starts a server over a folder of shards; `listen` may name a fixed port. */
export function startServer(
  data = DATA,
  listen = '127.0.0.1:0',
  more: ServerOptions = {},
): Promise<SyncServer> {
  // Tests ask faster than people type.
  const options = ['--www', WWW, '--rate-limit', '100000/1'];
  return SyncServer.start({ data, listen, options, ...more });
}
