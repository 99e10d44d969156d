// Registers the service worker, and tells when the app works offline or a new version waits.

/** What the page wants to know. */
export interface RegistrationHost {
  /** The app's files are stored: it starts without a connection from now on. */
  ready(): void;
  /** A new version is there; `apply` reloads the page with it. */
  updateWaiting(apply: () => void): void;
}

/** Starts keeping the app's files. */
export async function register(host: RegistrationHost): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const registration = await serviceWorker.register('sw.js');
  void serviceWorker.ready.then(() => host.ready());
  const offer = (worker: ServiceWorker | null) => {
    // The first version has nothing to replace.
    if (!worker || !serviceWorker.controller) return;
    host.updateWaiting(() => {
      // Another tab may have let it in already; then nothing is left to wait for.
      if (worker.state !== 'installed') {
        location.reload();
        return;
      }
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      worker.postMessage('skip-waiting');
    });
  };
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') offer(worker);
    });
  });
}
