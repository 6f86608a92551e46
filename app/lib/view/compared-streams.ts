import type { TraceEntry } from 'sluice';
import type { Steps } from './steps.ts';

/** Entries that are looked at before it says how far it is. */
export const STEP_ENTRIES = 1_024;

/** Entries that belong together, in order: the asks of a subscription, the batches sent on it, the callbacks of a stage. */
export interface Stream {
  readonly what: StreamOf;
  /** The subscription or the stage. */
  readonly of: string;
  readonly entries: readonly TraceEntry[];
}

type StreamOf = 'ask' | 'dispatch' | 'subscribe' | 'call' | 'other';

/** The entries of a run, stream by stream. Holds the entries that there are, not others made of them. */
export class Streams {
  readonly #of: Readonly<Record<StreamOf, Map<string, TraceEntry[]>>> = {
    ask: new Map(),
    dispatch: new Map(),
    subscribe: new Map(),
    call: new Map(),
    other: new Map(),
  };

  add(entry: TraceEntry): void {
    const what = streamOf(entry);
    if (what === null) return;
    const of = 'subscription' in entry && isOfLink(what) ? (entry.subscription ?? '') : entry.stage;
    const known = this.#of[what].get(of);
    if (known) known.push(entry);
    else this.#of[what].set(of, [entry]);
  }

  get all(): readonly Stream[] {
    return [
      ...this.#all('subscribe'),
      ...this.#all('ask'),
      ...this.#all('dispatch'),
      ...this.#all('call'),
      ...this.#all('other'),
    ];
  }

  /** The same stream of this run; empty where it has none. */
  like({ what, of }: Pick<Stream, 'what' | 'of'>): readonly TraceEntry[] {
    return this.#of[what].get(of) ?? [];
  }

  #all(what: StreamOf): readonly Stream[] {
    return Array.from(this.#of[what], ([of, entries]) => ({ what, of, entries }));
  }
}

/** Puts the entries of a run into streams. */
export function* streamsOf(entries: readonly TraceEntry[]): Steps<Streams> {
  const streams = new Streams();
  for (const [i, entry] of entries.entries()) {
    streams.add(entry);
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield i / entries.length;
  }
  return streams;
}

function isOfLink(what: StreamOf): boolean {
  return what === 'ask' || what === 'dispatch' || what === 'subscribe';
}

function streamOf(entry: TraceEntry): StreamOf | null {
  switch (entry.type) {
    case 'ask':
    case 'dispatch':
    case 'subscribe':
      return entry.type;
    case 'begin':
    case 'end':
      return 'call';
    case 'crash':
    case 'exit':
    case 'cancel':
    case 'discard':
    case 'drop':
    case 'lost':
    case 'late':
    case 'restart':
    case 'fault':
      return 'other';
    default:
      // What was printed and warned of, and what follows from the entries above.
      return null;
  }
}
