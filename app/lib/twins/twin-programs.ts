import { programLines, type ProgramLine } from '../labs/program-lines.ts';
import text from './orders.ts?raw';

/** What a full buffer does with what nobody has asked for. `block`: the source waits until it is asked. */
export type OverflowRule = 'grow' | 'dropNew' | 'dropOld' | 'block';

export type TwinName = 'push' | 'pull';

/** Events that the buffer of a bounded rule holds. */
export const BUFFER_LIMIT = 60;
/** Waiting events from which on memory is said to be full. */
export const MEMORY_LINE = 50;
/** How often an order comes in, ms; as the program says. */
export const EVERY_MS = 50;

/** The one line in which the twins differ. */
export const TWIN_LINES = {
  push: '  const count = state.due - state.made; // push: whatever has come in',
  pull: '  const count = Math.min(state.due - state.made, state.asked); // pull: what was asked for',
} as const satisfies Record<TwinName, string>;

const FULL_LINE = "const FULL = { bufferSize: 60, bufferKeep: 'last' } as const;";
const PAUSE_LINE = 'const PAUSE_MS = 20; // what packing one takes';

const FULL_OF: Readonly<Record<OverflowRule, string>> = {
  grow: "const FULL = { bufferSize: Infinity, bufferKeep: 'last' } as const;",
  dropNew: "const FULL = { bufferSize: 60, bufferKeep: 'first' } as const;",
  dropOld: FULL_LINE,
  block: FULL_LINE,
};

/** How a twin begins. */
export interface TwinOptions {
  readonly rule: OverflowRule;
  /** What packing one order takes at the beginning, ms. */
  readonly pauseMs: number;
}

/** The way of a twin under a rule: to block is to make nothing that was not asked for, so it is to pull. */
export function wayOf(twin: TwinName, rule: OverflowRule): TwinName {
  return rule === 'block' ? 'pull' : twin;
}

/** The program of a twin: the two of them differ in one line. */
export function twinProgram(twin: TwinName, { rule, pauseMs }: TwinOptions): string {
  return text
    .replace(TWIN_LINES.push, TWIN_LINES[wayOf(twin, rule)])
    .replace(FULL_LINE, FULL_OF[rule])
    .replace(PAUSE_LINE, PAUSE_LINE.replace('20', String(pauseMs)));
}

/** The program of both, with the line in which they differ told twice. */
export function twinLines(options: TwinOptions): readonly ProgramLine<TwinName>[] {
  return programLines([
    { name: 'push', text: twinProgram('push', options) },
    { name: 'pull', text: twinProgram('pull', options) },
  ]);
}
