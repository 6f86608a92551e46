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
  font: "await new FontFace('x', 'url(' + origin + '/font)').load(); return 'sent';",
  worker: `const url = URL.createObjectURL(new Blob(["fetch('" + origin + "/worker')"]));
    new Worker(url);
    await new Promise((resolve) => setTimeout(resolve, 300));
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
  post: "self.postMessage({ type: 'failed' }); return 'posted';",
  close: "self.close(); return 'closed';",
  code: "return String(new Function('return 1')());",
  wasm: "await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return 'compiled';",
};

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
