// An office that devices reach through a proxy, which serves the page of the tests as well.

import { FaultProxy } from './fault-proxy.mjs';
import { Office } from './office.mjs';
import { pageFile } from './page-host.mjs';

/** Starts both; the proxy follows the office when it is restarted elsewhere. */
export async function startProxied(options) {
  const office = await Office.start(options);
  const proxy = await FaultProxy.start(office.server.origin, pageFile);
  office.onMove((origin) => {
    proxy.target = origin;
  });
  const close = async () => {
    proxy.close();
    await office.close();
  };
  return { office, proxy, close };
}
