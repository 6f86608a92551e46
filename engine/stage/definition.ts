import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import type { StageId, SubscriptionId, TaskId } from '../ids.ts';
import type { Written } from '../trace/stack-place.ts';
import type { StageKind } from '../trace/trace-entry.ts';

/** Why a stage ends. `"normal"`, `"shutdown"` and `["shutdown", detail]` are orderly; anything else is a failure. */
export type Reason = unknown;

/** How a consumer reacts when a subscription of its own ends. */
export type CancelMode = 'permanent' | 'transient' | 'temporary';

/** One end's view of a subscription: what callbacks get as `from`. */
export interface Subscription {
  readonly id: SubscriptionId;
  /** The stage at the other end. */
  readonly peer: StageId;
}

/** Who called: what `handleCall` gets as `from`, and what `reply` takes to answer before or after the step. */
export interface Caller {
  readonly call: number;
  /** The calling stage; `null` for the outside world. */
  readonly stage: StageId | null;
}

/** What a callback hands back. Every part is optional; nothing at all means: no events, same state. */
export interface Step<State, Event> {
  /** Events to send on. A consumer has none. An array handed over is no longer yours to change. */
  readonly events?: readonly Event[];
  /** The next state; left out, the state stays. */
  readonly state?: State;
  /** Answer to a call (`handleCall` only). */
  readonly reply?: unknown;
  /** End this stage, with the reason. As in GenStage, a step that stops sends no events. */
  readonly stop?: Reason;
  /** Accepted for parity with GenStage; has no visible effect. */
  readonly hibernate?: boolean;
}

export type Returned<State, Event> = Step<State, Event> | void | Promise<Step<State, Event> | void>;

/** What `handleSubscribe` hands back; nothing means automatic. Only the consumer's end may choose manual. */
export interface SubscribeStep<State> {
  /** `automatic`: the engine asks by minDemand and maxDemand. `manual`: the stage asks itself, with `ask`. */
  readonly mode?: 'automatic' | 'manual';
  readonly state?: State;
  readonly stop?: Reason;
}

/** Why a subscription ended, as `handleCancel` gets it: cancelled by a peer, or the peer is gone. */
export interface Cancellation {
  readonly kind: 'cancel' | 'down';
  readonly reason: Reason;
}

/**
 * Options of `subscribe`. Counts are events. Custom fields travel to both ends' callbacks and to the dispatcher.
 *
 * @typeParam Event - What the producer emits; only a selector needs to know.
 */
export interface SubscribeOptions<Event = never> {
  /** The most that may be asked for and not yet handled. Integer >= 1; default 1,000. */
  readonly maxDemand?: number;
  /** Ask again once no more than this is pending. Integer 0 … maxDemand - 1; default half of maxDemand. */
  readonly minDemand?: number;
  /** Default `"permanent"`. */
  readonly cancel?: CancelMode;
  /** Of a broadcastDispatcher: the events this consumer wants. Default: all. It runs where the producer does. */
  readonly selector?: (event: Event) => boolean;
  /** Of a partitionDispatcher: the partition whose events this consumer gets. It has none but this one. */
  readonly partition?: string | number;
  readonly [custom: string]: unknown;
}

/** One entry of `subscribeTo`: the producer's name, or its name with options. */
export type SubscribeTo = StageId | (SubscribeOptions & { readonly to: StageId });

/** Options of a stage, in its definition or handed back by `init` with {@link withOptions}. */
export interface StageOptions {
  /** Who gets which events. Default: `demandDispatcher()`. Not for consumers. */
  readonly dispatcher?: DispatcherSpec;
  /** Events kept that nobody asked for yet. Integer >= 0 or Infinity; default 10,000, for a producerConsumer Infinity. */
  readonly bufferSize?: number;
  /** Which events a full buffer keeps. Default `"last"`. */
  readonly bufferKeep?: 'first' | 'last';
  /** `"accumulate"` holds demand back until the mode is set to `"forward"`. Producers only. */
  readonly demand?: 'forward' | 'accumulate';
  /** Producers to subscribe to as soon as this stage starts. Consuming stages only. */
  readonly subscribeTo?: readonly SubscribeTo[];
}

/** What `init` returns when it sets options, besides the state. Made by {@link withOptions}. */
export class InitOptions<State> {
  readonly state: State;
  readonly options: StageOptions;

  constructor(state: State, options: StageOptions) {
    this.state = state;
    this.options = options;
  }
}

/** What `init` returns when the stage should not run. Made by {@link ignore} and {@link stop}. */
export class InitRefusal {
  readonly reason: Reason;
  /** The stage is left out without a failure. */
  readonly ignored: boolean;

  constructor(refusal: { readonly ignored: boolean; readonly reason: Reason }) {
    this.ignored = refusal.ignored;
    this.reason = refusal.reason;
  }
}

/**
 * The first state together with options of the stage.
 *
 * @example
 * producer({ init: (size: number) => withOptions(0, { bufferSize: size }), handleDemand });
 */
export function withOptions<State>(state: State, options: StageOptions): InitOptions<State> {
  return new InitOptions(state, options);
}

/** Returned by `init`: the stage is not started, and that is no failure. */
export function ignore(): InitRefusal {
  return new InitRefusal({ ignored: true, reason: 'ignore' });
}

/** Returned by `init`: the stage cannot start, for this reason. */
export function stop(reason: Reason): InitRefusal {
  return new InitRefusal({ ignored: false, reason });
}

/** What `init` may return: the first state, bare or with options; or that the stage should not run. */
export type Initial<State> =
  State | InitOptions<State> | InitRefusal | Promise<State | InitOptions<State> | InitRefusal>;

/** Callbacks every kind of stage may have. */
export interface CommonCallbacks<Arg, State, Event> {
  /** Makes the first state from what `start` was given. Without it the state is `undefined`. */
  readonly init?: (arg: Arg) => Initial<State>;
  /** A subscription begins; `peer` is the role of the other end. */
  readonly handleSubscribe?: (
    peer: 'producer' | 'consumer',
    options: SubscribeOptions,
    state: State,
    from: Subscription,
  ) => SubscribeStep<State> | void | Promise<SubscribeStep<State> | void>;
  /** A subscription has ended. */
  readonly handleCancel?: (
    cancellation: Cancellation,
    state: State,
    from: Subscription,
  ) => Returned<State, Event>;
  /** Somebody waits for an answer: return it as `reply`. */
  readonly handleCall?: (request: unknown, state: State, from: Caller) => Returned<State, Event>;
  /** A message that wants no answer. */
  readonly handleCast?: (request: unknown, state: State) => Returned<State, Event>;
  /** Any other message, and infos that waited behind the buffer. */
  readonly handleInfo?: (message: unknown, state: State) => Returned<State, Event>;
  /** The stage is about to end, in an orderly way or after a failure. */
  readonly terminate?: (reason: Reason, state: State) => void | Promise<void>;
}

/** A producer: emits events when there is demand. */
export interface ProducerCallbacks<Arg, State, Event> extends CommonCallbacks<Arg, State, Event> {
  /** So many events are wanted, once. Emit fewer now and the rest later, from any callback. */
  readonly handleDemand: (demand: number, state: State) => Returned<State, Event>;
  /** The buffer has dropped so many events: return `true` to have the engine's warning all the same. */
  readonly formatDiscarded?: (count: number, state: State) => boolean | void;
}

/** A producerConsumer: receives events and emits others. */
export interface ProducerConsumerCallbacks<Arg, State, In, Out> extends CommonCallbacks<Arg, State, Out> {
  /** A batch has come: at most maxDemand - minDemand events. */
  readonly handleEvents: (events: In[], state: State, from: Subscription) => Returned<State, Out>;
  readonly formatDiscarded?: (count: number, state: State) => boolean | void;
}

/** A consumer: receives events and emits none. */
export interface ConsumerCallbacks<Arg, State, In> extends CommonCallbacks<Arg, State, never> {
  /** A batch has come: at most maxDemand - minDemand events. */
  readonly handleEvents: (events: In[], state: State, from: Subscription) => Returned<State, never>;
}

/**
 * Any callback as the engine calls it. Methods, because a stage only ever gets back the state and the events that its own
 * callbacks made, which the definition's type has checked.
 */
export interface StageCallbacks {
  init?(arg: unknown): unknown;
  handleSubscribe?(
    peer: 'producer' | 'consumer',
    options: SubscribeOptions,
    state: unknown,
    from: Subscription,
  ): unknown;
  handleCancel?(cancellation: Cancellation, state: unknown, from: Subscription): unknown;
  handleDemand?(demand: number, state: unknown): unknown;
  handleEvents?(events: readonly unknown[], state: unknown, from: Subscription): unknown;
  handleCall?(request: unknown, state: unknown, from: Caller): unknown;
  handleCast?(request: unknown, state: unknown): unknown;
  handleInfo?(message: unknown, state: unknown): unknown;
  /** Which messages `handleInfo` takes; others are warned of. Definitions of the engine itself have it, a learner's do not. */
  understands?(message: unknown): boolean;
  formatDiscarded?(count: number, state: unknown): unknown;
  terminate?(reason: Reason, state: unknown): unknown;
}

/** What a child of a consumerSupervisor may know of itself. */
export interface ChildContext {
  readonly id: TaskId;
  /** Aborted when the child is shut down. A child that looks at it is given time to finish. */
  readonly signal: AbortSignal;
}

/** What a consumerSupervisor starts for each event, on any worker. */
export interface ChildrenDefinition {
  readonly restart: 'temporary' | 'transient';
  run(event: unknown, context: ChildContext): unknown;
}

/** A definition as the engine reads it. One definition may run as many stages. */
export interface StageDefinition {
  readonly kind: StageKind;
  readonly callbacks: StageCallbacks;
  readonly options: StageOptions;
  /** For a consumerSupervisor only. */
  readonly children?: ChildrenDefinition;
  /** Where the program made it. */
  readonly written?: Written;
}

// Members that exist for the compiler alone: without them any stage could be wired to any other.
declare const ARG: unique symbol;
declare const IN: unique symbol;
declare const OUT: unique symbol;

/** Takes `Arg` when it is started. */
export interface Starts<Arg> {
  readonly [ARG]?: (arg: Arg) => void;
}

/** Receives events of this type. */
export interface Consuming<In> {
  readonly [IN]: (event: In) => void;
}

/** Emits events of this type. */
export interface Producing<Out> {
  readonly [OUT]: () => Out;
}

export type Producer<Arg, Out> = StageDefinition & Starts<Arg> & Producing<Out>;
export type ProducerConsumer<Arg, In, Out> = StageDefinition & Starts<Arg> & Consuming<In> & Producing<Out>;
export type Consumer<Arg, In> = StageDefinition & Starts<Arg> & Consuming<In>;
