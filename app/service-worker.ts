/**
 * For hosts that cannot set headers: answers the site's own requests with the headers that isolate a page, so that its
 * workers may share memory. It keeps nothing: every answer comes from the host, so no update is ever held back by it. The
 * page registers it only where the host does not isolate by itself (`lib/isolation`).
 */
import { isolatedResponse } from './lib/isolation/isolated-response.ts';

/** What is used of the service worker's global scope; the types of a page know nothing of it. */
declare const skipWaiting: () => Promise<void>;
declare const clients: { claim(): Promise<void> };

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

addEventListener('install', (event) => {
  // One that is newer takes over at once: there is nothing of the older one to wait for.
  if (isExtendable(event)) event.waitUntil(skipWaiting());
});

addEventListener('activate', (event) => {
  if (isExtendable(event)) event.waitUntil(clients.claim());
});

addEventListener('fetch', (event) => {
  if (!isFetch(event)) return;
  const { request } = event;
  if (new URL(request.url).origin !== location.origin) return;
  // The browser's own tools ask so; answering it is an error.
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(fetch(request).then(isolatedResponse));
});

function isExtendable(event: Event): event is ExtendableEvent {
  return 'waitUntil' in event;
}

function isFetch(event: Event): event is FetchEvent {
  return 'request' in event && 'respondWith' in event;
}
