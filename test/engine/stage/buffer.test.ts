import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Buffer } from '../../../engine/stage/buffer.ts';

describe('Buffer', () => {
  it('GS-131 keeps the last events by dropping the oldest', () => {
    const buffer = new Buffer(3, 'last');
    expect(buffer.store([1, 2, 3, 4, 5])).toMatchObject({ added: 3, discarded: 2 });
    expect(buffer.store([6])).toMatchObject({ added: 1, discarded: 1 });
    expect(buffer.take(10).events).toEqual([4, 5, 6]);
  });

  it('GS-131 keeps the first events by dropping the new ones', () => {
    const buffer = new Buffer(3, 'first');
    expect(buffer.store([1, 2, 3, 4, 5])).toMatchObject({ added: 3, discarded: 2 });
    expect(buffer.take(10).events).toEqual([1, 2, 3]);
  });

  it('GS-010 keeps nothing when its size is 0', () => {
    const buffer = new Buffer(0, 'last');
    expect(buffer.store([1, 2])).toMatchObject({ added: 0, discarded: 2 });
    expect(buffer.size).toBe(0);
  });

  it('GS-152 stops a take at an info', () => {
    const buffer = new Buffer(10, 'last');
    buffer.store([1, 2]);
    expect(buffer.queueInfo('behind 2')).toBe(true);
    buffer.store([3]);
    expect(buffer.take(5)).toEqual({ events: [1, 2], due: ['behind 2'] });
    expect(buffer.take(5)).toEqual({ events: [3], due: [] });
  });

  it('GS-151 does not hold an info when nothing is stored', () => {
    expect(new Buffer(10, 'last').queueInfo('now')).toBe(false);
  });

  it('GS-153 releases an info once the events before it were dropped', () => {
    const buffer = new Buffer(2, 'last');
    buffer.store([1, 2]);
    buffer.queueInfo('behind 2');
    expect(buffer.store([3]).due).toEqual([]);
    expect(buffer.store([4]).due).toEqual(['behind 2']);
  });

  it('GS-153 an info behind what is dropped is due even when the new events alone fill the buffer', () => {
    const buffer = new Buffer(2, 'last');
    buffer.store([1, 2]);
    buffer.queueInfo('behind 2');
    buffer.queueInfo('behind it');
    expect(buffer.store([3, 4, 5, 6, 7]).due).toEqual(['behind 2', 'behind it']);
    buffer.queueInfo('behind 7');
    expect(buffer.take(1)).toEqual({ events: [6], due: [] });
    expect(buffer.take(1)).toEqual({ events: [7], due: ['behind 7'] });
  });

  it('keeps the order when most of what it held has left, one by one', () => {
    const buffer = new Buffer(Infinity, 'last');
    buffer.store(Array.from({ length: 5_000 }, (_, i) => i));
    const left = Array.from({ length: 4_000 }, () => buffer.take(1).events[0]);
    buffer.queueInfo('behind 4999');
    buffer.store([5_000]);
    expect(buffer.size).toBe(1_001);
    expect(left).toEqual(Array.from({ length: 4_000 }, (_, i) => i));
    expect(buffer.take(2_000).events).toEqual(Array.from({ length: 1_000 }, (_, i) => 4_000 + i));
    expect(buffer.take(2_000).events).toEqual([5_000]);
    expect(buffer.size).toBe(0);
  });

  it('forgets its events and infos when it is cleared, and goes on', () => {
    const buffer = new Buffer(3, 'first');
    buffer.store([1, 2, 3]);
    buffer.queueInfo('never');
    buffer.take(1);
    buffer.clear();
    expect([buffer.size, buffer.waitingInfos]).toEqual([0, 0]);
    expect(buffer.store([4, 5, 6, 7])).toEqual({ added: 3, discarded: 1, due: [] });
    expect(buffer.take(9)).toEqual({ events: [4, 5, 6], due: [] });
    expect(buffer.queueInfo('now')).toBe(false);
  });

  it('does what a plain list of events and infos would do', () => {
    const op = fc.oneof(
      { arbitrary: fc.record({ store: fc.nat({ max: 9 }) }), weight: 3 },
      { arbitrary: fc.record({ take: fc.nat({ max: 9 }) }), weight: 3 },
      { arbitrary: fc.constant({ info: true }), weight: 1 },
    );
    const keeps = fc.constantFrom('first' as const, 'last' as const);
    fc.assert(
      fc.property(fc.nat({ max: 12 }), keeps, fc.array(op, { maxLength: 60 }), (limit, keep, steps) => {
        const buffer = new Buffer(limit, keep);
        const model = new ListBuffer(limit, keep);
        let made = 0;
        for (const step of steps) {
          if ('store' in step) {
            const events = Array.from({ length: step.store }, () => made++);
            expect(buffer.store(events)).toEqual(model.store(events));
          } else if ('take' in step) {
            expect(buffer.take(step.take)).toEqual(model.take(step.take));
          } else {
            made++;
            expect(buffer.queueInfo(`info ${made}`)).toBe(model.queueInfo(`info ${made}`));
          }
          expect([buffer.size, buffer.waitingInfos]).toEqual([model.size, model.infos]);
        }
      }),
    );
  });

  it('loses nothing but what it says it discarded, first in first out', () => {
    const ops = fc.array(
      fc.oneof(fc.record({ store: fc.nat({ max: 40 }) }), fc.record({ take: fc.nat({ max: 40 }) })),
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.constantFrom('first' as const, 'last' as const),
        ops,
        (limit, keep, steps) => {
          const buffer = new Buffer(limit, keep);
          let made = 0;
          let discarded = 0;
          const taken: unknown[] = [];
          for (const step of steps) {
            if ('store' in step)
              discarded += buffer.store(Array.from({ length: step.store }, () => made++)).discarded;
            else taken.push(...buffer.take(step.take).events);
            expect(buffer.size).toBeLessThanOrEqual(limit);
            expect(made).toBe(taken.length + buffer.size + discarded);
          }
          expect(taken).toEqual([...taken].sort((a, b) => Number(a) - Number(b)));
        },
      ),
    );
  });
});

/** The same buffer as one list: events are numbers, infos are texts that stand behind the events they wait for. */
class ListBuffer {
  readonly #limit: number;
  readonly #keep: 'first' | 'last';
  #items: (number | string)[] = [];

  constructor(limit: number, keep: 'first' | 'last') {
    this.#limit = limit;
    this.#keep = keep;
  }

  get size(): number {
    return this.#items.filter((item) => typeof item === 'number').length;
  }

  get infos(): number {
    return this.#items.length - this.size;
  }

  store(events: readonly number[]) {
    let discarded = 0;
    const before = this.size;
    for (const event of events) {
      if (this.#keep === 'first' && this.size === this.#limit) discarded++;
      else this.#items.push(event);
    }
    while (this.size > this.#limit) {
      this.#items.splice(
        this.#items.findIndex((item) => typeof item === 'number'),
        1,
      );
      discarded++;
    }
    // Of those that came now; the others dropped were there before.
    const dropped = this.#keep === 'last' ? Math.max(0, discarded - before) : discarded;
    return { added: events.length - dropped, discarded, due: this.#due() };
  }

  take(count: number) {
    const events: number[] = [];
    while (events.length < count && typeof this.#items[0] === 'number') {
      events.push(Number(this.#items.shift()));
    }
    return { events, due: this.#due() };
  }

  queueInfo(request: string): boolean {
    if (this.#items.length === 0) return false;
    this.#items.push(request);
    return true;
  }

  #due(): string[] {
    const due: string[] = [];
    while (typeof this.#items[0] === 'string') due.push(String(this.#items.shift()));
    return due;
  }
}
