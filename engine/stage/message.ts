import type { Seq, StageId, SubscriptionId, TaskId, WorkerId } from '../ids.ts';
import type { Reason, SubscribeOptions } from './definition.ts';

/** A resubscription names the one it replaces. */
export interface Replaces {
  readonly subscription: SubscriptionId;
  readonly reason: Reason;
}

/** To a producer: GenStage's `subscribe`, `ask`, `cancel`. */
export type ToProducer =
  | {
      readonly type: 'subscribe';
      readonly subscription: SubscriptionId;
      readonly options: SubscribeOptions;
      /** Options that are functions of the plan, while the message crosses to another worker: that one has them too. */
      readonly functions?: readonly string[];
      readonly replaces?: Replaces;
      /** Which life of the consumer subscribes; left out where nobody counts. */
      readonly life?: number;
    }
  | { readonly type: 'ask'; readonly subscription: SubscriptionId; readonly count: number }
  | { readonly type: 'cancel'; readonly subscription: SubscriptionId; readonly reason: Reason };

/** To a consumer: GenStage's `events` and the producer's word that a subscription is over. */
export type ToConsumer =
  | {
      readonly type: 'events';
      readonly subscription: SubscriptionId;
      /** Index of the first event among all sent on this subscription. */
      readonly first: number;
      readonly events: readonly unknown[];
      /** The life of the consumer that has asked. */
      readonly life?: number | undefined;
    }
  | {
      readonly type: 'cancelled';
      readonly subscription: SubscriptionId;
      readonly reason: Reason;
      readonly life?: number | undefined;
    };

/** To any stage. Where there is a `call`, somebody waits for the answer. */
export type ToStage =
  /** The watched peer of a subscription is gone (`"noproc"`: was never there). */
  | { readonly type: 'down'; readonly subscription: SubscriptionId; readonly reason: Reason }
  | { readonly type: 'call'; readonly call: number; readonly request: unknown }
  | { readonly type: 'cast'; readonly request: unknown }
  | { readonly type: 'info'; readonly request: unknown }
  /** GenStage.async_info / sync_info: queued behind buffered events. */
  | { readonly type: 'queueInfo'; readonly request: unknown; readonly call?: number }
  | {
      readonly type: 'subscribeTo';
      readonly subscription: SubscriptionId;
      readonly producer: StageId;
      readonly options: SubscribeOptions;
      readonly replaces?: Replaces;
      readonly call?: number;
    }
  /** Ask on a manual subscription, from outside. */
  | { readonly type: 'askFor'; readonly subscription: SubscriptionId; readonly count: number }
  | { readonly type: 'demandMode'; readonly mode: 'forward' | 'accumulate' }
  | { readonly type: 'getDemandMode'; readonly call: number }
  | { readonly type: 'estimateBuffered'; readonly call: number }
  | { readonly type: 'stop'; readonly reason: Reason; readonly call?: number };

/** To a supervisor. A `life` counts the starts of a child from 1. */
export type ToSupervisor =
  /** A start of a child is over, well or not. */
  | {
      readonly type: 'childStarted';
      readonly child: StageId;
      readonly life: number;
      readonly outcome: 'started' | 'ignored' | 'failed';
      /** Why it failed. */
      readonly reason: Reason;
    }
  | { readonly type: 'childEnded'; readonly child: StageId; readonly life: number; readonly reason: Reason }
  /** The worker of a child is gone, and the child with it, whatever it was doing. */
  | { readonly type: 'childLost'; readonly child: StageId }
  /** To itself: a start that failed is to be tried again. */
  | { readonly type: 'retryStart'; readonly child: StageId }
  /** It is to end its children and itself. */
  | { readonly type: 'exit'; readonly reason: Reason };

/** What lies in a mailbox. */
export type StageMessage = ToProducer | ToConsumer | ToStage | ToSupervisor;

/** Between hosts: taken on arrival, never through a mailbox. `to` names the stage they are about. */
export type HostMessage =
  /** Tell the sender when this stage ends; at once if it is not there. */
  | {
      readonly type: 'watch';
      readonly subscription: SubscriptionId;
      /** The life to watch; left out: whichever runs. */
      readonly life?: number;
    }
  | { readonly type: 'unwatch'; readonly subscription: SubscriptionId }
  /** Answer to a call that this stage (or the outside world beside it) has made. */
  | { readonly type: 'reply'; readonly call: number; readonly value: unknown }
  | { readonly type: 'replyFailed'; readonly call: number; readonly reason: Reason }
  /** To the coordinator of a flow: a subscription has been taken by its producer, or never will be. */
  | { readonly type: 'wired'; readonly subscription: SubscriptionId }
  /** From its supervisor: start again. */
  | { readonly type: 'startAgain' }
  /** An exit signal: a stage ends at once, a supervisor ends its children first. */
  | { readonly type: 'signal'; readonly reason: Reason }
  /** Run this task; `origin` is the worker that wants to hear of its end. */
  | {
      readonly type: 'spawn';
      readonly task: TaskId;
      readonly code: PortableCode;
      readonly args: readonly unknown[];
      readonly origin: WorkerId;
    }
  /** End a task that runs there: by an exit signal, or (`kill`) without a chance to finish. */
  | { readonly type: 'endTask'; readonly task: TaskId; readonly reason: Reason; readonly kill: boolean }
  /** A task is over, for the worker that started it. */
  | {
      readonly type: 'taskEnded';
      readonly task: TaskId;
      readonly outcome: TaskOutcome;
      readonly origin: WorkerId;
    };

/** What a task runs, as every worker that has evaluated the program finds it. */
export type PortableCode =
  /** A function declared with `task`, by its number. */
  | { readonly type: 'declared'; readonly index: number }
  /** What a consumerSupervisor runs for each event. */
  | { readonly type: 'child'; readonly stage: StageId };

/** How a task ended. */
export type TaskOutcome =
  | { readonly ok: true; readonly value: unknown }
  /** `stack`: where it was thrown, if it was. */
  | { readonly ok: false; readonly reason: Reason; readonly stack?: string };

/** A message on its way. Cloneable whenever its events are. */
export interface Envelope<Message = StageMessage> {
  readonly to: StageId;
  /** Sending stage; `null` for the outside world. */
  readonly from: StageId | null;
  /** Entry that recorded the sending; `null` when nothing was recorded. Orders the trace across workers. */
  readonly cause: Seq | null;
  readonly message: Message;
}

/** What travels between workers. */
export type RemoteEnvelope = Envelope<StageMessage | HostMessage>;
