import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { Mailbox } from '../stage/mailbox.ts';
import type { Process } from '../stage/process.ts';
import type { Stage, StartOutcome } from '../stage/stage.ts';
import type { SubscribeOptions } from '../stage/definition.ts';
import type { Envelope } from '../stage/message.ts';
import type { FlowProcess } from '../supervision/flow-process.ts';
import type { SupervisorProcess } from '../supervision/supervisor-process.ts';
import { GoneProcess } from './gone.ts';

/** A subscription of the plan, to be made in every life of its consumer. */
export interface SubscriptionToMake {
  readonly id: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  readonly options: SubscribeOptions;
}

/** One life of what runs under a name. */
export type Life =
  /** It ended with the worker that ran it. */
  { readonly kind: 'gone'; readonly process: GoneProcess } | RunningLife;

/** A life that is run here. */
export type RunningLife =
  | {
      readonly kind: 'stage';
      readonly process: Stage;
      readonly begin: (cause: Seq | null) => StartOutcome | Promise<StartOutcome>;
    }
  | {
      readonly kind: 'supervisor';
      readonly process: SupervisorProcess;
      readonly begin: (cause: Seq | null) => void;
    }
  | {
      readonly kind: 'flow';
      readonly process: FlowProcess;
      readonly begin: (cause: Seq | null) => void;
    };

/** What runs under one name on this worker, life after life: what waits for it, and who waits for its end. */
export class Hosted {
  readonly id: StageId;
  readonly mailbox = new Mailbox();
  /** Who wants to hear of its end, by subscription. */
  readonly watchers = new Map<SubscriptionId, StageId>();
  /** Whose end it wants to hear of, by subscription. */
  readonly watching = new Map<SubscriptionId, StageId>();
  /** Subscriptions to an earlier life, or to none, whose other end may not know that yet. */
  readonly past = new Set<SubscriptionId>();
  /** What the plan wants it to subscribe to. */
  readonly subscriptions: SubscriptionToMake[] = [];
  /** Its start has not come to an end yet. */
  isStarting: boolean;
  /** It takes no message until it is thawed (FLT-4). */
  isFrozen = false;
  /** To be started again as soon as it has ended. */
  isWanted = false;
  readonly #make: (life: number) => RunningLife;
  #life: number;
  #current: Life;

  /** @param goneLife - The life that has ended with another worker; left out: the first one begins here. */
  constructor(id: StageId, make: (life: number) => RunningLife, goneLife?: number) {
    this.id = id;
    this.#make = make;
    this.#life = goneLife ?? 1;
    this.#current = goneLife === undefined ? make(1) : { kind: 'gone', process: new GoneProcess(id) };
    this.isStarting = goneLife === undefined;
  }

  /** Counts its starts, from 1. */
  get life(): number {
    return this.#life;
  }

  get current(): Life {
    return this.#current;
  }

  get process(): Process {
    return this.#current.process;
  }

  /** The stage that runs; `null` for what has children. */
  get stage(): Stage | null {
    return this.#current.kind === 'stage' ? this.#current.process : null;
  }

  /** The supervisor, or the coordinator of a flow; `null` for what is none. */
  get supervisor(): SupervisorProcess | FlowProcess | null {
    const { kind, process } = this.#current;
    return kind === 'supervisor' || kind === 'flow' ? process : null;
  }

  /** The coordinator of a flow. */
  get flow(): FlowProcess | null {
    return this.#current.kind === 'flow' ? this.#current.process : null;
  }

  /** Whether it has a message and is free to handle it. */
  get isReady(): boolean {
    return this.mailbox.size > 0 && this.process.isFree && !this.isFrozen;
  }

  /** Nothing waits and it is not busy. */
  get isIdle(): boolean {
    return !this.process.isBusy && (this.mailbox.size === 0 || !this.process.isAlive);
  }

  /** Makes the next life, which has not begun yet. */
  renew(): void {
    this.#life++;
    this.#current = this.#make(this.#life);
    this.isFrozen = false;
    this.isStarting = true;
  }

  /** Whether a message was meant for an earlier life. Such messages vanish, as what is sent to a dead process does. */
  isPast({ message }: Envelope): boolean {
    if (this.#life === 1) return false;
    switch (message.type) {
      case 'subscribe':
      case 'ask':
      case 'cancel':
        return this.past.has(message.subscription);
      case 'events':
      case 'cancelled':
        return message.life !== undefined && message.life !== this.#life;
      default:
        return false;
    }
  }
}
