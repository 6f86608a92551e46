import { Fields } from '../trace/fields.ts';
import type { StageId, TaskId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import { call, type StageRef } from '../stage/self.ts';

/** What a consumerSupervisor is asked about its children, as a call. */
export type ChildRequest =
  readonly ['startChild', unknown] | readonly ['terminateChild', TaskId] | 'countChildren' | 'whichChildren';

/**
 * What became of `startChild`: the child, perhaps with what its `start` handed back; left out; or refused. GenStage's
 * `{:ok, child}`, `{:ok, child, info}`, `:ignore` and `{:error, reason}`.
 */
export type StartChildReply =
  | readonly ['ok', child: TaskId]
  | readonly ['ok', child: TaskId, info: unknown]
  | 'ignore'
  | readonly ['error', reason: Reason];

/** What became of `terminateChild`. */
export type TerminateChildReply = 'ok' | readonly ['error', 'not_found'];

/** How many children there are. */
export interface ChildCounts {
  /** Always 1: all children are made alike. */
  readonly specs: number;
  /** Children that run. */
  readonly active: number;
  /** Children of type `"worker"`, those about to be restarted included; likewise `supervisors`. */
  readonly workers: number;
  readonly supervisors: number;
}

/** One child. */
export interface ChildRow {
  /** `"restarting"`: it ended and has not come up again yet. */
  readonly child: TaskId | 'restarting';
  readonly type: 'worker' | 'supervisor';
}

/** The children of one consumerSupervisor, for whoever may call it. */
export interface ChildrenClient {
  startChild(event: unknown): Promise<StartChildReply>;
  terminateChild(child: TaskId): Promise<TerminateChildReply>;
  countChildren(): Promise<ChildCounts>;
  whichChildren(): Promise<readonly ChildRow[]>;
}

/** A run, or a stage within one: whoever can call a stage. */
export interface CallsStages {
  call(stage: StageId, request: unknown, timeoutMs?: number): Promise<unknown>;
}

/**
 * The children of a consumerSupervisor, from outside of the run or from within.
 *
 * @example
 * await childrenOf(run, 'pool').countChildren(); // => { specs: 1, active: 4, workers: 4, supervisors: 0 }
 */
export function childrenOf(caller: CallsStages, stage: StageId): ChildrenClient {
  const ask = (request: ChildRequest) => caller.call(stage, request, Infinity);
  return {
    startChild: async (event) => startReply(await ask(['startChild', event])),
    terminateChild: async (child) => terminateReply(await ask(['terminateChild', child])),
    countChildren: async () => childCounts(await ask('countChildren')),
    whichChildren: async () => childRows(await ask('whichChildren')),
  };
}

const INSIDE: CallsStages = { call: (stage, request, timeoutMs) => call(stage, request, timeoutMs) };

/**
 * Starts a child of a consumerSupervisor beside those its events start: it counts for no demand (GS-227). Like all calls, from
 * callbacks of other stages.
 *
 * @throws {EngineError} `stage_unknown`, `call_itself`, `outside_callback`.
 * @example
 * handleEvents: async (urls: string[]) => {
 *   for (const url of urls) await startChild('downloads', url);
 * }
 */
export function startChild(pool: StageRef, event: unknown): Promise<StartChildReply> {
  return childrenOf(INSIDE, idOf(pool)).startChild(event);
}

/**
 * Ends one child; its place is free then (GS-228).
 *
 * @throws {EngineError} as {@link startChild}.
 */
export function terminateChild(pool: StageRef, child: TaskId): Promise<TerminateChildReply> {
  return childrenOf(INSIDE, idOf(pool)).terminateChild(child);
}

/**
 * How many children a consumerSupervisor has (GS-229).
 *
 * @throws {EngineError} as {@link startChild}.
 */
export function countChildren(pool: StageRef): Promise<ChildCounts> {
  return childrenOf(INSIDE, idOf(pool)).countChildren();
}

/**
 * The children of a consumerSupervisor, in the order they were started (GS-229).
 *
 * @throws {EngineError} as {@link startChild}.
 */
export function whichChildren(pool: StageRef): Promise<readonly ChildRow[]> {
  return childrenOf(INSIDE, idOf(pool)).whichChildren();
}

/** Whether a call is about children. */
export function isChildRequest(request: unknown): request is ChildRequest {
  if (request === 'countChildren' || request === 'whichChildren') return true;
  if (!Array.isArray(request) || request.length !== 2) return false;
  return request[0] === 'startChild' || (request[0] === 'terminateChild' && typeof request[1] === 'string');
}

function idOf(stage: StageRef): StageId {
  return typeof stage === 'string' ? stage : stage.id;
}

function startReply(value: unknown): StartChildReply {
  if (value === 'ignore') return value;
  const { type, list } = tuple(value);
  if (type === 'error') return ['error', list[1]];
  const child = String(list[1]);
  return list.length > 2 ? ['ok', child, list[2]] : ['ok', child];
}

function terminateReply(value: unknown): TerminateChildReply {
  return value === 'ok' ? 'ok' : ['error', 'not_found'];
}

/** A reply in two parts or three, whose first says what it is. */
function tuple(value: unknown): { readonly type: 'ok' | 'error'; readonly list: readonly unknown[] } {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return { type: new Fields({ type: list[0] }, 'the reply').oneOf('type', ['ok', 'error']), list };
}

function childCounts(value: unknown): ChildCounts {
  const f = new Fields(value, 'the reply');
  return {
    specs: f.number('specs'),
    active: f.number('active'),
    workers: f.number('workers'),
    supervisors: f.number('supervisors'),
  };
}

function childRows(value: unknown): readonly ChildRow[] {
  return new Fields({ rows: value }, 'the reply').list('rows', (row) => ({
    child: row.text('child'),
    type: row.oneOf('type', ['worker', 'supervisor']),
  }));
}
