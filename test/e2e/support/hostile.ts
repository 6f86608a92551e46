import { programWith } from './bad-programs.ts';

/**
 * Ways out of a worker, as its code. Each is a function body that gets the `origin` of a server, and ends in words or
 * throws. The names are those of the requests that the server hears if it works.
 */
export const WAYS_TO_THE_NETWORK: Readonly<Record<string, string>> = {
  fetch: "await fetch(origin + '/fetch'); return 'sent';",
  beacon:
    "await fetch(origin + '/beacon', { method: 'POST', mode: 'no-cors', keepalive: true, body: 'x' }); return 'sent';",
  xhr: `return await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.onload = () => resolve('sent');
    request.onerror = () => reject(new Error('network error'));
    request.open('GET', origin + '/xhr');
    request.send();
  });`,
  socket: `return await new Promise((resolve, reject) => {
    const socket = new WebSocket(origin.replace('http', 'ws') + '/socket');
    socket.onopen = () => resolve('sent');
    socket.onerror = () => reject(new Error('network error'));
  });`,
  events: `return await new Promise((resolve, reject) => {
    const source = new EventSource(origin + '/events');
    source.onopen = () => resolve('sent');
    source.onerror = () => { source.close(); reject(new Error('network error')); };
  });`,
  script: "WorkerGlobalScope.prototype.importScripts.call(self, origin + '/script.js'); return 'sent';",
  module: "await import(origin + '/module.js'); return 'sent';",
  request: "await fetch(new Request(origin + '/request', { mode: 'no-cors' })); return 'sent';",
  post: "await fetch(origin + '/post', { method: 'POST', body: new Blob(['x']) }); return 'sent';",
  xhrSync: `const request = new XMLHttpRequest();
    request.open('GET', origin + '/xhrSync', false);
    request.send();
    return 'sent';`,
  dataModule:
    "await import('data:text/javascript,' + encodeURIComponent(\"fetch('\" + origin + \"/dataModule')\")); return 'sent';",
  blobModule: `const url = URL.createObjectURL(new Blob(["await fetch('" + origin + "/blobModule')"], { type: 'text/javascript' }));
    await import(url);
    return 'sent';`,
  dataWorker: `new Worker('data:text/javascript,' + encodeURIComponent("fetch('" + origin + "/dataWorker')"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 'sent';`,
  font: "await new FontFace('x', 'url(' + origin + '/font)').load(); return 'sent';",
  worker: `const url = URL.createObjectURL(new Blob(["fetch('" + origin + "/worker')"]));
    new Worker(url);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 'sent';`,
};

/**
 * More ways to the network, which a listener for plain HTTP cannot answer, or which no worker has today: that they are
 * refused is all there is to see.
 */
export const WAYS_UNHEARD: Readonly<Record<string, string>> = {
  transport: "await new WebTransport(origin.replace('http:', 'https:') + '/transport').ready; return 'sent';",
  socketStream:
    "await new WebSocketStream(origin.replace('http', 'ws') + '/socketStream').opened; return 'sent';",
  beaconCall: "return String(navigator.sendBeacon(origin + '/beaconCall', 'x'));",
  peer: "new RTCPeerConnection({ iceServers: [{ urls: origin.replace('http', 'turn') }] }).createDataChannel('x'); return 'made';",
  shared: "new SharedWorker(origin + '/shared.js'); return 'made';",
  service: "await navigator.serviceWorker.register(origin + '/service.js'); return 'registered';",
  report: "new ReportingObserver(() => {}).observe(); return 'observes';",
  inherited: "return String(WorkerGlobalScope.prototype.fetch.call(self, origin + '/inherited'));",
  scope: "return String(Object.getPrototypeOf(globalThis).fetch.call(self, origin + '/scope'));",
  returned: `globalThis.fetch = (await import('data:text/javascript,export default fetch')).default;
    await fetch(origin + '/returned');
    return 'sent';`,
};

/** Ways to what belongs to the page, and to what speaks for the program. None needs a server. */
export const WAYS_TO_THE_PAGE: Readonly<Record<string, string>> = {
  document: "document.title = 'taken over'; return 'wrote';",
  parent: "parent.document.body.remove(); return 'wrote';",
  top: "top.location.href = origin; return 'went';",
  location: "self.location.href = origin; return 'went';",
  storage: "localStorage.setItem('taken', 'over'); return 'wrote';",
  cookie: "document.cookie = 'taken=over'; return 'wrote';",
  database: `return await new Promise((resolve, reject) => {
    const request = indexedDB.open('sluice');
    request.onsuccess = () => resolve('opened');
    request.onerror = () => reject(request.error);
  });`,
  caches: "await caches.open('x'); return 'opened';",
  files: "await navigator.storage.getDirectory(); return 'opened';",
  kept: "await cookieStore.set('taken', 'over'); return 'wrote';",
  locks: "await navigator.locks.request('sluice', () => {}); return 'locked';",
  shared: 'return String(new SharedArrayBuffer(8).byteLength);',
  channel: "new BroadcastChannel('sluice-records').postMessage('forged'); return 'said';",
  address: "return URL.createObjectURL(new Blob(['x']));",
  global: "globalThis.left = 'for the next program'; return 'left';",
  opener: "self.opener.postMessage('forged', '*'); return 'posted';",
  post: "self.postMessage({ type: 'failed' }); return 'posted';",
  close: "self.close(); return 'closed';",
  code: "return String(new Function('return 1')());",
  wasm: "await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return 'compiled';",
};

/**
 * Ways out of a document. `origin` is a server's; what the document says by each of them would be heard there. The frame runs no
 * learner code: this is what its own policy, and the page's, would leave to one who got there all the same.
 */
export const WAYS_OUT_OF_A_DOCUMENT: Readonly<Record<string, string>> = {
  image: "const image = new Image(); image.src = origin + '/image'; document.body.append(image);",
  style:
    "const style = document.createElement('style'); style.textContent = '@import url(' + origin + '/style); body { background: url(' + origin + '/background) }'; document.head.append(style);",
  sheet:
    "const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = origin + '/sheet'; document.head.append(link);",
  prefetch:
    "const link = document.createElement('link'); link.rel = 'prefetch'; link.href = origin + '/prefetch'; document.head.append(link);",
  preload:
    "const link = document.createElement('link'); link.rel = 'preload'; link.as = 'image'; link.href = origin + '/preload'; document.head.append(link);",
  module:
    "const link = document.createElement('link'); link.rel = 'modulepreload'; link.href = origin + '/module.js'; document.head.append(link);",
  tag: "const script = document.createElement('script'); script.src = origin + '/tag.js'; document.head.append(script);",
  media:
    "const media = document.createElement('video'); media.src = origin + '/media'; media.load(); document.body.append(media);",
  object:
    "const object = document.createElement('object'); object.data = origin + '/object'; document.body.append(object);",
  frame:
    "const frame = document.createElement('iframe'); frame.src = origin + '/frame'; document.body.append(frame);",
  beacon: "navigator.sendBeacon(origin + '/beacon', 'x');",
  fetch: "fetch(origin + '/fetch', { mode: 'no-cors', keepalive: true }).catch(() => {});",
  form: "const form = document.createElement('form'); form.action = origin + '/form'; form.target = 'form'; const to = document.createElement('iframe'); to.name = 'form'; document.body.append(to, form); form.submit();",
};

/** Ways that leave no request: a name that is looked up, a connection that is opened early, another window. */
export const HINTS_OF_A_DOCUMENT = `for (const rel of ['dns-prefetch', 'preconnect', 'prerender']) {
  const link = document.createElement('link');
  link.rel = rel;
  link.href = origin;
  document.head.append(link);
}
try { window.open(origin + '/window'); } catch {}
try { top.location.href = origin + '/top'; } catch {}
try { const peer = new RTCPeerConnection({ iceServers: [{ urls: origin.replace('http://', 'turn:') + '?transport=tcp', username: 'x', credential: 'x' }] });
  peer.createDataChannel('x'); void peer.createOffer().then((offer) => peer.setLocalDescription(offer)); } catch {}
try { navigator.serviceWorker.register(origin + '/service.js').catch(() => {}); } catch {}`;

/** A classic worker that tries each way and posts what came of it: `[name, outcome][]`. */
export function hostileWorker(ways: Readonly<Record<string, string>>, origin: string): string {
  return `const origin = ${JSON.stringify(origin)};
(async () => {
  const outcomes = [];
  for (const [name, attempt] of [${tries(ways)}]) {
    try { outcomes.push([name, 'OPEN ' + await attempt()]); }
    catch (error) { outcomes.push([name, 'refused: ' + error]); }
  }
  postMessage(outcomes);
})();`;
}

/** A pipeline whose printer tries each way and prints what came of it, then `all tried`. */
export function hostileProgram(ways: Readonly<Record<string, string>>, origin: string): string {
  // `import()` of what is not known is refused by the compiler: the sandbox is asked by way of a text.
  const known = tries(ways).replaceAll(
    /await import\((.*?)\)/g,
    "await new Function('u', 'return import(u)')($1)",
  );
  return programWith({
    before: `// @ts-nocheck
const origin = ${JSON.stringify(origin)};`,
    handleDemand: 'handleDemand: (demand, next) => ({ events: next === 0 ? [0] : [], state: 1 }),',
    handleEvents: `handleEvents: async () => {
  for (const [name, attempt] of [${known}]) {
    try { console.log('[' + name + ']', 'OPEN', await attempt()); }
    catch (error) { console.log('[' + name + ']', 'refused:', String(error)); }
  }
  console.log('all tried');
},`,
  });
}

function tries(ways: Readonly<Record<string, string>>): string {
  return Object.entries(ways)
    .map(([name, body]) => `['${name}', async () => { ${body} }]`)
    .join(', ');
}
