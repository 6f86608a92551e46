import { base } from '$app/paths';

/**
 * How workers of this page exchange events. `host`: the host isolates the page, so they share memory; `own`: the site's own
 * service worker does; `afterReload`: it will, from the next time the page is loaded; `none`: nothing isolates this page, and
 * they post messages.
 */
export type IsolationState = 'unknown' | 'host' | 'own' | 'afterReload' | 'none';

class Isolation {
  state: IsolationState = $state('unknown');

  /** Finds out, and sees to it that a host without the headers is helped by the site's own service worker. */
  async begin(): Promise<void> {
    const workers = serviceWorkers();
    if (crossOriginIsolated) {
      this.state = workers?.controller ? 'own' : 'host';
      return;
    }
    this.state = 'none';
    // One that runs and does not isolate this page will not do so after a reload either: this browser wants none of it.
    if (!workers || workers.controller) return;
    try {
      await workers.register(`${base}/service-worker.js`);
      await workers.ready;
      this.state = 'afterReload';
    } catch {
      // A browser or a host that refuses it: everything works without.
    }
  }
}

/** Left out where the page is not a secure context, or the browser refuses them. */
function serviceWorkers(): ServiceWorkerContainer | null {
  return 'serviceWorker' in navigator ? navigator.serviceWorker : null;
}

export const isolation = new Isolation();
