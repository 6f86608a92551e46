import { expect } from 'vitest';
import type { TraceEntry, VirtualRun } from 'sluice';
import { expectFlowOver } from './flow-of.ts';
import { expectTraceLaws } from './run-laws.ts';

/** Laws of a flow that has come to its end, read from the trace of its run. */
export function expectFlowRunLaws(run: VirtualRun): void {
  expectFlowOver(run);
  expectTraceLaws(run);
  const stages = new Map(run.plan.stages.map((stage) => [stage.id, new Held(run, stage.id)]));
  for (const entry of run.entries) stages.get(entry.stage)?.see(entry);
  for (const stage of stages.values()) stage.expectNothingLost();
  const total = (type: TraceEntry['type']) =>
    sum(run.entries.map((entry) => (entry.type === type && 'count' in entry ? (entry.count ?? 0) : 0)));
  expect(total('deliver'), 'events that have arrived').toBe(total('dispatch'));
}

/** What one stage holds, entry by entry. Counts are events. */
class Held {
  readonly #id: string;
  readonly #broadcasts: boolean;
  readonly #consumers: readonly string[];
  /** The most that may be on its way to it, or wait in it. */
  readonly #bound: number;
  /** What its consumers may have asked for: a partition holds what was asked for by others. */
  readonly #asked: number;
  /** Emissions that may come although nobody asks: a message is handled whole, and an end is no matter of demand. */
  readonly #unasked: number;
  #received = 0;
  #handling = 0;
  #handled = 0;
  #made = 0;
  #largest = 0;
  #buffered = 0;
  readonly #queued = new Map<unknown, number>();
  readonly #sent = new Map<string, number>();

  constructor({ plan }: VirtualRun, id: string) {
    const consumers = plan.subscriptions.filter(({ producer }) => producer === id);
    const producers = plan.subscriptions.filter(({ consumer }) => consumer === id);
    this.#id = id;
    this.#broadcasts = plan.stages.find((stage) => stage.id === id)?.dispatcher === 'broadcast';
    this.#consumers = consumers.map((subscription) => subscription.id);
    this.#bound = sum(producers.map(({ maxDemand }) => maxDemand));
    this.#asked = sum(consumers.map(({ maxDemand }) => maxDemand));
    const batches = producers.map(({ maxDemand, minDemand }) =>
      Math.ceil(maxDemand / (maxDemand - minDemand)),
    );
    this.#unasked = 1 + Math.max(1, ...batches);
  }

  see(entry: TraceEntry): void {
    switch (entry.type) {
      case 'deliver':
        this.#received += entry.count;
        if (this.#received - this.#handled > this.#bound) this.#fail(entry, 'has more than it asks for');
        break;
      case 'begin':
        this.#handling = entry.callback === 'handleEvents' ? (entry.count ?? 0) : 0;
        break;
      case 'end':
        this.#handled += entry.callback === 'handleEvents' ? this.#handling : 0;
        this.#made += entry.count;
        this.#largest = Math.max(this.#largest, entry.count);
        break;
      case 'dispatch':
        this.#sent.set(entry.subscription, (this.#sent.get(entry.subscription) ?? 0) + entry.count);
        break;
      case 'buffer':
      case 'unbuffer':
        this.#buffered = entry.size;
        break;
      case 'queue':
        this.#queued.set(entry.partition, entry.size);
        break;
      case 'lost':
      case 'discard':
      case 'crash':
        this.#fail(entry, `has a ${entry.type}`);
    }
    const waiting = this.#buffered + sum([...this.#queued.values()]);
    if (waiting > this.#asked + this.#largest * this.#unasked)
      this.#fail(entry, `holds ${waiting} events back`);
  }

  expectNothingLost(): void {
    expect(this.#handled, `events that ${this.#id} has handled`).toBe(this.#received);
    const sent = this.#consumers.map((id) => this.#sent.get(id) ?? 0);
    if (sent.length === 0) return;
    if (this.#broadcasts) expect(sent, `sent by ${this.#id}`).toEqual(sent.map(() => this.#made));
    else expect(sum(sent), `sent by ${this.#id}`).toBe(this.#made);
  }

  #fail(entry: TraceEntry, says: string): void {
    expect.fail(`${this.#id} ${says} at ${entry.seq}`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
