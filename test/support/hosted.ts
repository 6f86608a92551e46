import {
  StageHost,
  seededRandom,
  type RemoteEnvelope,
  type StageDefinition,
  type StageMessage,
  type StartOutcome,
  type TraceEntry,
} from 'sluice';
import { VirtualScheduler } from '../../engine/time/virtual-scheduler.ts';

/** What travels between workers. */
type Sent = RemoteEnvelope['message'];

/** Stages on one host, and a process outside of it called `probe` that speaks their protocol. */
export class Hosted {
  readonly host: StageHost;
  readonly scheduler = new VirtualScheduler();
  /** What the stages have sent to the probe. */
  readonly received: RemoteEnvelope[] = [];
  readonly outcomes: Readonly<Record<string, StartOutcome | Promise<StartOutcome>>>;
  readonly #entries: TraceEntry[] = [];

  /** @param stages - Started in this order. */
  constructor(stages: Readonly<Record<string, StageDefinition>>) {
    this.host = new StageHost({
      worker: 0,
      workers: 2,
      placement: { probe: 1 },
      scheduler: this.scheduler,
      random: seededRandom(1),
      trace: 'full',
      capacity: 100_000,
      onRemote: (envelope) => this.received.push(envelope),
    });
    this.outcomes = Object.fromEntries(
      Object.entries(stages).map(([name, definition]) => [
        name,
        this.host.start(name, definition, undefined),
      ]),
    );
  }

  get entries(): readonly TraceEntry[] {
    this.#entries.push(...this.host.recorder.take());
    return this.#entries;
  }

  /** Codes of the warnings recorded so far. */
  get warnings(): readonly string[] {
    return this.entries.flatMap((entry) => (entry.type === 'warning' ? [entry.code] : []));
  }

  /** A message of the probe. */
  send(to: string, message: StageMessage): void {
    this.host.receive({ to, from: 'probe', cause: null, message });
  }

  /** Messages to the probe of one type. */
  got<Type extends Sent['type']>(type: Type): Extract<Sent, { readonly type: Type }>[] {
    return this.received
      .map(({ message }) => message)
      .filter((one): one is Extract<Sent, { readonly type: Type }> => one.type === type);
  }

  /** Everyone in turn, one message each, until nobody has one. */
  async settle(): Promise<this> {
    for (let ready = this.host.ready(); ready.length > 0; ready = this.host.ready()) {
      for (const stage of ready) await this.host.step(stage);
    }
    return this;
  }
}
