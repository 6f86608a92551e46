import type { Slice } from '../window/window.ts';
import type { MapLoop } from './fuse.ts';
import type { LayerSpec, Mapper } from './operation.ts';

/** Mappers of a layer, parted by how often an event goes through them. */
export interface MapperParts {
  /** Once, however many windows it falls into. */
  readonly once: readonly Mapper[];
  /** Once for each of its windows, with what that window knows. */
  readonly perWindow: readonly Mapper[];
}

/**
 * Where windows overlap an event falls into several of them, and is mapped before it does: what a mapper costs, and what it
 * does to the world, must not depend on windows. `uniq` asks what its window has seen, and what comes of a join belongs
 * to a window from the start.
 */
export function partMappers({ mappers, window, intake }: LayerSpec): MapperParts {
  if (window.type !== 'sliding' || intake) return { once: [], perWindow: mappers };
  const unique = mappers.findIndex(({ type }) => type === 'uniq');
  const count = unique < 0 ? mappers.length : unique;
  return { once: mappers.slice(0, count), perWindow: mappers.slice(count) };
}

/** Remembers what has become of the events of one batch, until it is told to forget. */
export class MappedOnce {
  readonly #map: MapLoop;
  #events: readonly unknown[] = [];
  /** By the place of the event in its batch. */
  #mapped: (readonly unknown[])[] = [];

  constructor(map: MapLoop) {
    this.#map = map;
  }

  /** What the mappers make of a slice. */
  of({ events, from, to, upstream }: Slice): Slice {
    if (events !== this.#events) this.#begin(events);
    const all: unknown[] = [];
    for (let i = from; i < to; i++) {
      let mapped = this.#mapped[i];
      if (!mapped) {
        const made: unknown[] = [];
        this.#map({ events, from: i, to: i + 1, upstream }, made, []);
        mapped = made;
        this.#mapped[i] = mapped;
      }
      for (const event of mapped) all.push(event);
    }
    return { events: all, from: 0, to: all.length, upstream };
  }

  /** A batch has been handled: its array may come again, and is another batch then. */
  forget(): void {
    this.#begin([]);
  }

  #begin(events: readonly unknown[]): void {
    this.#events = events;
    this.#mapped = [];
  }
}
