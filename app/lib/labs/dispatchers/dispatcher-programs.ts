import { programLines, type ProgramLine } from '../program-lines.ts';
import elixir from './orders.exs?raw';
import typescript from './orders.ts?raw';

/** The dispatchers of the lab, in the order of its switch. */
export const WAYS = ['demand', 'broadcast', 'partition'] as const;

export type WayName = (typeof WAYS)[number];

/** Orders that every run makes; as the program says. */
export const ORDERS = 60;
/** What packing one takes a quick packer, ms; as the program says. */
export const QUICK_MS = 20;
export const SOURCE = 'orders';
export const SLOW = 'slow';
export const QUICK = ['quick-a', 'quick-b', 'quick-c'] as const;

/** What is the same in all three runs. */
export interface Load {
  /** What packing one takes the slow packer, ms. */
  readonly slowMs: number;
  /** What each packer may have asked for at once; it asks again when half of it is done. */
  readonly maxDemand: number;
  /** What the shelves of the orders are drawn from. */
  readonly seed: number;
}

export const FIRST_LOAD: Load = { slowMs: 120, maxDemand: 2, seed: 3 };

const WAY_LINE = {
  typescript: 'dispatcher: DISPATCHERS.demand,',
  elixir: 'dispatcher: dispatcher(:demand),',
};

/** The program of a run: three of them differ in one line. */
export function dispatcherProgram(way: WayName, { slowMs, maxDemand }: Load): string {
  return typescript
    .replace(WAY_LINE.typescript, WAY_LINE.typescript.replace('.demand', `.${way}`))
    .replace('const SLOW_MS = 120;', `const SLOW_MS = ${slowMs};`)
    .replace(
      'maxDemand: 2, minDemand: 1',
      `maxDemand: ${maxDemand}, minDemand: ${Math.floor(maxDemand / 2)}`,
    );
}

/** The same in Elixir. Its seed draws other shelves: what chance makes of a seed is not the same there. */
export function dispatcherTwin(way: WayName, { slowMs, maxDemand, seed }: Load): string {
  return elixir
    .replace(WAY_LINE.elixir, WAY_LINE.elixir.replace(':demand', `:${way}`))
    .replace('slow_ms = 120', `slow_ms = ${slowMs}`)
    .replace(
      'max_demand: 2, min_demand: 1',
      `max_demand: ${maxDemand}, min_demand: ${Math.floor(maxDemand / 2)}`,
    )
    .replace('Orders.start_link(3)', `Orders.start_link(${seed})`);
}

/** All three programs as one text, with the line in which they differ told three times. */
export function dispatcherLines(
  language: 'typescript' | 'elixir',
  load: Load,
): readonly ProgramLine<WayName>[] {
  const textOf = language === 'typescript' ? dispatcherProgram : dispatcherTwin;
  return programLines(WAYS.map((name) => ({ name, text: textOf(name, load) })));
}
