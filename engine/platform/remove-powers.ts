import { LANGUAGE } from './freeze-shared.ts';

/**
 * What programs may use of what browsers put into the scope of a worker: what computes, waits or makes values. Everything
 * else goes: a list of what may stay also holds for what browsers will invent.
 */
const HARMLESS: readonly string[] = [
  ...['AbortController', 'AbortSignal', 'Blob', 'ByteLengthQueuingStrategy', 'CompressionStream'],
  ...['CountQueuingStrategy', 'CustomEvent', 'DOMException', 'DecompressionStream', 'ErrorEvent', 'Event'],
  ...['EventTarget', 'MessageChannel', 'MessageEvent', 'MessagePort', 'ReadableStream'],
  ...['ReadableStreamDefaultReader', 'TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream'],
  ...['TransformStream', 'URL', 'URLSearchParams', 'WritableStream', 'WritableStreamDefaultWriter'],
  ...['atob', 'btoa', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'performance', 'queueMicrotask'],
  ...['reportError', 'self', 'setInterval', 'setTimeout', 'structuredClone'],
];

/** How a global is defined. */
export type ConstantProperty = (name: string, value: unknown) => PropertyDescriptor;

/** What of `navigator` says something about the machine, and does nothing. */
const ABOUT_THE_MACHINE = ['hardwareConcurrency', 'language', 'languages', 'userAgent'];

const { defineProperty, deleteProperty, getPrototypeOf, ownKeys } = Reflect;

/**
 * Takes away from this worker what is not on the list of what programs may use, and makes constant what stays: no network, no
 * storage, no other worker, no channel, no word to whoever made the worker. Nothing can be added to the global scope
 * afterwards, where the engine would read it, or the next program. The policy of the frame refuses most of this already;
 * this is the second wall.
 *
 * @param property - How a global that stays is defined: constant.
 * @returns What stays, to be frozen.
 */
export function removePowers(property: ConstantProperty): readonly unknown[] {
  const stays = new Map<PropertyKey, unknown>();
  for (const name of [...LANGUAGE, ...HARMLESS]) {
    if (name in globalThis) stays.set(name, Reflect.get(globalThis, name));
  }
  stays.set('navigator', harmlessNavigator());
  const scopes: object[] = [];
  for (let scope = getPrototypeOf(globalThis); scope && scope !== EventTarget.prototype;) {
    scopes.push(scope);
    if (scope === Object.prototype)
      throw new Error('Cannot lock down the realm as it must be that of a worker');
    scope = getPrototypeOf(scope);
  }
  for (const scope of [globalThis, ...scopes]) {
    for (const key of ownKeys(scope)) {
      if (typeof key === 'symbol' || (scope === globalThis && stays.has(key))) continue;
      // What leads to the scope's constructor leads nowhere: it cannot be called.
      if (key === 'constructor' && scope !== globalThis) continue;
      deleteProperty(scope, key);
    }
  }
  for (const [key, value] of stays) {
    defineProperty(globalThis, key, property(String(key), value));
  }
  URL.createObjectURL = nothingToAddress;
  URL.revokeObjectURL = nothingToAddress;
  Object.preventExtensions(globalThis);
  return [...stays.values(), ...scopes];
}

/** A script made of a text could call itself the engine's. */
function nothingToAddress(): never {
  throw new TypeError('A program has no addresses of its own');
}

function harmlessNavigator(): object {
  const told = ABOUT_THE_MACHINE.filter((name) => name in navigator).map((name) => [
    name,
    Reflect.get(navigator, name),
  ]);
  return Object.fromEntries(told);
}
