import type { TraceError } from 'sluice';

/** What to do about an error that is the language's own; `null` where its words say enough. */
export function adviceOn(error: TraceError): string | null {
  return hintOnName(error) ?? hintOnFrozen(error) ?? hintOnRefused(error) ?? hintOnThrown(error);
}

/** Advice on a name that is not known where it is used. */
function hintOnName({ name, message }: TraceError): string | null {
  const unknown =
    name === 'ReferenceError'
      ? /^(?:Can't find variable: )?([\w$]+)(?: is not defined)?$/.exec(message)?.[1]
      : null;
  if (!unknown) return null;
  return (
    hintOnPower(unknown) ??
    `Check the spelling of ${unknown}. If it belongs to Sluice, import it: import { ${unknown} } from 'sluice';`
  );
}

/** What programs look for in vain, and why. */
const POWERS: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^(fetch|Request|Response|Headers|XMLHttpRequest|WebSocket|WebSocketStream|WebTransport|EventSource|importScripts|RTCPeerConnection)$/,
    'a program runs in a sandbox without a network. Let a source make the events, or write the data into a file of the program.',
  ],
  [
    /^(localStorage|sessionStorage|indexedDB|caches|cookieStore|FileReader|FileReaderSync)$/,
    'a program runs in a sandbox that keeps nothing. What has to last through a run belongs into the state of a stage.',
  ],
  [
    /^(Worker|SharedWorker|BroadcastChannel|postMessage|SharedArrayBuffer|onmessage|close)$/,
    'stages are what runs at the same time here, and they speak to each other by events, calls and casts alone.',
  ],
  [
    /^(window|document|parent|top|frames|alert|confirm|prompt|requestAnimationFrame|location|history)$/,
    'that belongs to pages, and a program runs in a worker. console.log shows what it has to say.',
  ],
  [
    /^(process|require|module|exports|global|Buffer|__dirname|__filename)$/,
    'that belongs to Node, and a program runs in the browser. Web streams, URL and TextEncoder work in both.',
  ],
];

function hintOnPower(name: string): string | null {
  const why = POWERS.find(([names]) => names.test(name))?.[1];
  return why === undefined ? null : `There is no ${name} here: ${why}`;
}

/** How browsers say that something is frozen. */
const FROZEN =
  /read[- ]?only|not extensible|Cannot (?:redefine|delete) property|can't (?:redefine|define) |non-configurable/i;

/** Advice on what cannot be changed. */
function hintOnFrozen({ name, message }: TraceError): string | null {
  return name === 'TypeError' && FROZEN.test(message)
    ? 'What all programs share cannot be changed here: Array.prototype, Math, the global scope, what sluice exports. Write a function of your own, or keep the value in a variable. If the object is your own, it was frozen or made constant: change a copy, { ...object }.'
    : null;
}

/** What a machine has no room for: V8's words, and Firefox's. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [
    /^Maximum call stack size exceeded|^too much recursion/,
    'A function calls itself again and again: see that it stops at some point, or write it as a loop.',
  ],
  [
    /^invalid (?:string|array|array buffer) length|^array buffer allocation failed|^allocation size overflow/i,
    'It made a text, an array or a buffer larger than there can be. Hand on its parts as events of their own.',
  ],
];

function hintOnRefused({ message }: TraceError): string | null {
  return REFUSED.find(([words]) => words.test(message))?.[1] ?? null;
}

function hintOnThrown({ name }: TraceError): string | null {
  return name === 'Thrown'
    ? 'Throw an error, which knows the line it comes from: throw new Error("…").'
    : null;
}
