import type { Seq, StageId, WorkerId } from '../ids.ts';
import type { Caller, Reason } from '../stage/definition.ts';
import type { Envelope, HostMessage, RemoteEnvelope, StageMessage } from '../stage/message.ts';
import type { Address } from '../stage/stage-context.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Hosted } from './hosted.ts';
import { readerOf } from './inner-streams.ts';
import type { Answer, OpenCalls } from './open-calls.ts';
import { SlowLinks } from './slow-links.ts';

/** What deliveries need to know of their host. */
export interface DeliveriesOptions {
  readonly worker: WorkerId;
  readonly placement: Readonly<Record<StageId, WorkerId>>;
  readonly scheduler: Scheduler;
  readonly onRemote: (envelope: RemoteEnvelope, worker: WorkerId) => void;
  readonly onReady?: (stage: Hosted) => void;
}

/** Events on their way. */
export type EventsMessage = Extract<StageMessage, { readonly type: 'events' }>;

/** Brings messages to where they belong: to a mailbox of this worker, or on their way to another worker. */
export class Deliveries {
  /** Subscriptions that are made to take longer. */
  readonly links: SlowLinks;
  readonly #options: DeliveriesOptions;
  readonly #calls: OpenCalls;
  /** Events have come for a life that is over. */
  readonly #onLost: (envelope: Envelope, message: EventsMessage) => void;
  /** A frozen stage is told to end. */
  readonly #onThaw: (envelope: Envelope) => void;
  readonly #hosted = new Map<StageId, Hosted>();
  /** For stages of this worker that have not been started yet. */
  #early: RemoteEnvelope[] = [];
  #sent = 0;

  constructor(
    options: DeliveriesOptions,
    calls: OpenCalls,
    on: {
      readonly lost: (envelope: Envelope, message: EventsMessage) => void;
      readonly thaw: (envelope: Envelope) => void;
    },
  ) {
    this.#options = options;
    this.#calls = calls;
    this.#onLost = on.lost;
    this.#onThaw = on.thaw;
    this.links = new SlowLinks(options.scheduler, (envelope) => {
      const hosted = this.#hosted.get(envelope.to);
      if (hosted) this.#arrive(hosted, envelope);
    });
  }

  /** The stages of this worker, by name, ended ones included. */
  get hosted(): ReadonlyMap<StageId, Hosted> {
    return this.#hosted;
  }

  /** Messages sent to other workers, in all. */
  get sent(): number {
    return this.#sent;
  }

  add(hosted: Hosted): void {
    this.#hosted.set(hosted.id, hosted);
  }

  workerOf(stage: StageId): WorkerId | undefined {
    const { placement } = this.#options;
    if (Object.hasOwn(placement, stage)) return placement[stage];
    const reader = readerOf(stage);
    return reader !== null && Object.hasOwn(placement, reader) ? placement[reader] : undefined;
  }

  /** Whether a stage is placed on this worker and has not been started yet. */
  isAwaited(stage: StageId): boolean {
    return !this.#hosted.has(stage) && this.workerOf(stage) === this.#options.worker;
  }

  deliver(envelope: Envelope): void {
    const hosted = this.#hosted.get(envelope.to);
    if (hosted) return this.#put(hosted, envelope);
    if (this.isAwaited(envelope.to)) this.await(envelope);
    else this.post(envelope);
  }

  addressOf(stage: StageId): Address {
    return new KnownAddress(this, stage, (hosted, envelope) => this.#put(hosted, envelope));
  }

  /** Sends to the worker of the addressee, if there is one. */
  post(envelope: RemoteEnvelope): void {
    const worker = this.workerOf(envelope.to);
    if (worker !== undefined) this.postTo(worker, envelope);
  }

  /** Sends to another worker, wherever the addressee is. */
  postTo(worker: WorkerId, envelope: RemoteEnvelope): void {
    this.#sent++;
    this.#options.onRemote(envelope, worker);
  }

  /** Keeps what has come for a stage that has not been started yet. */
  await(envelope: RemoteEnvelope): void {
    this.#early.push(envelope);
  }

  /** What has come too early for a stage, in order; forgets it. */
  takeEarly(stage: StageId): readonly RemoteEnvelope[] {
    const early = this.#early.filter(({ to }) => to === stage);
    this.#early = this.#early.filter(({ to }) => to !== stage);
    return early;
  }

  /** Answers a call made from anywhere. */
  answer(stage: StageId, caller: Caller, message: Answer): void {
    if (caller.stage === null || this.#hosted.has(caller.stage)) this.#calls.settle(message, stage);
    else this.post({ to: caller.stage, from: stage, cause: null, message });
  }

  /** Tells a caller, if there is one, that it gets no answer. */
  fail(
    stage: StageId,
    { call, stage: from }: { readonly call: number | undefined; readonly stage: StageId | null },
    reason: Reason,
  ): void {
    if (call === undefined) return;
    this.answer(stage, { call, stage: from }, { type: 'replyFailed', call, reason });
  }

  /** Says that a stage can go on, if it can. */
  wake(hosted: Hosted): void {
    if (hosted.isReady) this.#options.onReady?.(hosted);
  }

  #put(hosted: Hosted, envelope: Envelope): void {
    if (this.links.any && this.links.holds(envelope)) return;
    this.#arrive(hosted, envelope);
  }

  /** What is sent to a life that is over vanishes, as its mailbox has; but nobody waits for an answer in vain. */
  #arrive(hosted: Hosted, envelope: Envelope): void {
    const { message, from, to } = envelope;
    if (hosted.process.isAlive && !hosted.isPast(envelope)) {
      if (hosted.isFrozen && isCallToEnd(message)) this.#onThaw(envelope);
      hosted.mailbox.push(envelope);
      if (hosted.mailbox.size === 1) this.wake(hosted);
    } else if ('call' in message) this.fail(to, { call: message.call, stage: from }, 'noproc');
    else if (message.type === 'events') this.#onLost(envelope, message);
  }
}

/** Of a stage that is looked up until it is found here: what runs under a name stays the same, life after life. */
class KnownAddress implements Address {
  readonly #deliveries: Deliveries;
  readonly #to: StageId;
  readonly #put: (hosted: Hosted, envelope: Envelope) => void;
  #hosted: Hosted | undefined = undefined;

  constructor(deliveries: Deliveries, to: StageId, put: (hosted: Hosted, envelope: Envelope) => void) {
    this.#deliveries = deliveries;
    this.#to = to;
    this.#put = put;
  }

  send(from: StageId, message: StageMessage, cause: Seq | null): void {
    this.#hosted ??= this.#deliveries.hosted.get(this.#to);
    const envelope = { to: this.#to, from, cause, message };
    if (this.#hosted) this.#put(this.#hosted, envelope);
    else this.#deliveries.deliver(envelope);
  }
}

const FOR_HOSTS: ReadonlySet<string> = new Set<HostMessage['type']>([
  'watch',
  'unwatch',
  'reply',
  'replyFailed',
  'spawn',
  'endTask',
  'taskEnded',
  'wired',
  'startAgain',
  'signal',
]);

/** A frozen stage is asked to end in an orderly way: it has to take messages for that. */
function isCallToEnd({ type }: StageMessage): boolean {
  return type === 'stop' || type === 'exit';
}

/** Whether a message is taken on arrival and never lies in a mailbox. */
export function isForHost(message: StageMessage | HostMessage): message is HostMessage {
  return FOR_HOSTS.has(message.type);
}
