/** Runs in a thread of its own: freezes it, tries to change everything that can be reached, and tells what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { freezeShared, LANGUAGE, type Arrays } from '../../../engine/platform/freeze-shared.ts';
import * as learnerApi from '../../../engine/platform/learner-api.ts';
import { planOf } from '../../../engine/runtime/pipeline.ts';
import { runVirtual } from '../../../engine/runtime/virtual-run.ts';

/** What came of it. */
export interface RealmAnswer {
  /** Paths of properties that could be written, and of objects that could be extended. */
  readonly open: readonly string[];
  readonly tried: number;
  /** Of the same program: before anything was tried, and after and while. */
  readonly traces: readonly string[];
  readonly plain: Readonly<Record<string, unknown>>;
}

const {
  Flow,
  Window,
  broadcastDispatcher,
  consumer,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
} = learnerApi;

/** A program that uses a bit of everything; `meddle` is called in its callbacks. */
function program(meddle: () => void) {
  const numbers = producer({
    init: () => 0,
    dispatcher: broadcastDispatcher(),
    handleDemand: (demand, next) => {
      meddle();
      const count = Math.min(demand, 60 - next);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const doubled = producerConsumer({
    dispatcher: partitionDispatcher({ partitions: 2 }),
    handleEvents: (events: number[]) => {
      meddle();
      return { events: events.map((n) => n * 2) };
    },
  });
  const summed = consumer({
    init: (): number => 0,
    handleEvents: async (events: number[], sum) => {
      await learnerApi.sleep(3);
      meddle();
      return { state: events.reduce((a, b) => a + b, sum) };
    },
  });
  return pipeline(({ start, subscribe }) => {
    const source = start('numbers', numbers);
    const middle = start('doubled', doubled);
    subscribe(middle, { to: source, maxDemand: 10 });
    for (const partition of [0, 1]) {
      const sink = start(`sink ${partition}`, summed);
      subscribe(sink, { to: middle, partition, maxDemand: 4 });
    }
    start(
      'sums',
      Flow.from([1, 2, 3, 4, 5, 6])
        .map((n) => n + 1)
        .partition({ stages: 2, window: Window.count(2) })
        .reduce(
          () => 0,
          (sum, n) => sum + n,
        )
        .emit('state'),
    );
  });
}

async function traceOf(meddle: () => void): Promise<string> {
  const { entries, ended } = await runVirtual(planOf(program(meddle)), { seed: 7 });
  return JSON.stringify([ended, entries]);
}

/** What a program would put in the place of what it finds. */
function forged(): never {
  throw new Error('forged');
}

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, isExtensible, ownKeys, set } = Reflect;

/** Everything that can be reached from the globals of the language and from what programs import. */
function everything(): Map<object, string> {
  const found = new Map<object, string>();
  const todo: [unknown, string][] = [
    ...LANGUAGE.map((name): [unknown, string] => [Reflect.get(globalThis, name), name]),
    ...Object.entries(learnerApi),
    [function* () {}, 'generator function'],
    [async function* () {}, 'async generator function'],
    [async () => {}, 'async function'],
    [[].values(), 'array iterator'],
  ].map(([value, path]): [unknown, string] => [value, String(path)]);
  const roots = new Set(todo.slice(-4).map(([value]) => value));
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [value, path] = next;
    if (!isAnObject(value) || found.has(value) || value === globalThis) continue;
    if (!roots.has(value)) found.set(value, path);
    const prototype = getPrototypeOf(value);
    // What a value of one's own is made of is one's own; what it inherits is shared.
    todo.push([prototype, `${path}.__proto__`]);
    if (roots.has(value)) continue;
    for (const key of ownKeys(value)) {
      const property = getOwnPropertyDescriptor(value, key);
      for (const part of [property?.value, property?.get, property?.set]) {
        todo.push([part, `${path}.${String(key)}`]);
      }
    }
  }
  return found;
}

function isAnObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Tries to put something else in the place of every property, and to add one; tells where that worked. */
function tryEverything(): { readonly open: string[]; readonly tried: number } {
  const open: string[] = [];
  let tried = 0;
  for (const [value, path] of everything()) {
    if (ArrayBuffer.isView(value)) continue;
    if (isExtensible(value)) open.push(path);
    for (const key of [...ownKeys(value), 'added']) {
      tried += 1;
      const before = getOwnPropertyDescriptor(value, key);
      if (before && 'value' in before && works(() => set(value, key, forged)))
        open.push(`${path}.${String(key)}`);
      if (before && 'value' in before && before.writable) set(value, key, before.value);
      else if (works(() => defineProperty(value, key, { value: forged })))
        open.push(`define ${path}.${String(key)}`);
    }
  }
  return { open, tried };
}

/** What plain programs do, and must go on being able to do. */
function plainProgram(): Record<string, unknown> {
  class Mine extends Error {
    constructor(message: string) {
      super(message);
      this.name = 'Mine';
      this.message = `${message}!`;
    }
  }
  function Old(this: object) {}
  Old.prototype = {};
  Old.prototype.constructor = Old;
  Old.prototype.toString = () => 'old';
  const words: Record<string, unknown> = {};
  for (const word of ['constructor', 'valueOf', 'toString', 'hasOwnProperty', 'other']) words[word] = 1;
  const event = { then: 1, toJSON: 2, message: 3, toString: () => 'event' };
  const fn = () => 1;
  fn.toString = () => 'fn';
  class Stack extends Array<number> {
    last = 1;
    override toString() {
      return 'stack';
    }
  }
  const date = new Date(0);
  date.toJSON = () => 'never';
  return {
    name: new Mine('no').name,
    message: new Mine('no').message,
    shown: String(new Mine('no')),
    old: String(Reflect.construct(Old, [])),
    words: Object.keys(words).length,
    event: `${event}`,
    fn: `${fn}`,
    stack: `${new Stack()}`,
    json: JSON.stringify({ date }),
    primitive: works(() => set(Object('text'), 'toString', 1, 'text')),
  };
}

function works(action: () => boolean): boolean {
  try {
    return action();
  } catch {
    return false;
  }
}

async function answer(arrays: Arrays): Promise<RealmAnswer> {
  const before = await traceOf(() => undefined);
  freezeShared(Object.values(learnerApi), arrays);
  const { open, tried } = tryEverything();
  const after = await traceOf(() => undefined);
  const during = await traceOf(() => {
    set(Array.prototype, Symbol.iterator, forged);
    set(Array.prototype, 'constructor', forged);
    set(Math, 'min', forged);
  });
  return { open, tried, traces: [before, after, during], plain: plainProgram() };
}

parentPort?.postMessage(await answer(workerData));
