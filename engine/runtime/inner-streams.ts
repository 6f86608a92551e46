import type { StageId } from '../ids.ts';
import type { OpenWire, StreamMessage, StreamWire } from '../sink/stream-protocol.ts';
import type { StreamRuntime } from '../sink/stream-scope.ts';
import type { Owner } from './code-owner.ts';
import { hostWire, type StreamHost } from './host-stream.ts';

/** Between the name of a stage and that of what receives for it. */
const MARK = '/stream ';

/** The stage for whose code a stage of this name receives; `null` when it receives for nobody. */
export function readerOf(stage: StageId): StageId | null {
  const end = stage.lastIndexOf(MARK);
  return end < 0 ? null : stage.slice(0, end);
}

/** What the streams inside a host need of it. */
export interface InnerStreamsOn {
  readonly host: StreamHost;
  readonly owner: () => Owner | null;
  readonly isAlive: (stage: StageId) => boolean;
  /** An action as code of this owner, whoever runs as it happens. */
  readonly ownedBy: (owner: Owner, action: (message: StreamMessage) => void) => typeof action;
}

/**
 * Stages that the code of other stages reads (`GenStage.stream`). What comes goes to a stage beside the one that reads,
 * on the same worker, as that one is busy reading and takes no message.
 */
export class InnerStreams implements StreamRuntime {
  readonly #on: InnerStreamsOn;
  /** What receives for each stage that reads. */
  readonly #outlets = new Map<StageId, Set<StageId>>();
  #made = 0;

  constructor(on: InnerStreamsOn) {
    this.#on = on;
  }

  openWire(): OpenWire | null {
    const owner = this.#on.owner();
    // The code of a task may be on a worker where nothing can be sent to it.
    if (!owner || owner.task) return null;
    return (take) => this.#wire(owner, this.#on.ownedBy(owner, take));
  }

  /** A stage has ended: it reads no further, and those it read from hear of that. */
  ended(stage: StageId): void {
    const outlets = this.#outlets.get(stage);
    if (!outlets) return;
    this.#outlets.delete(stage);
    for (const outlet of outlets) this.#on.host.tell(outlet, { type: 'stop', reason: 'normal' });
  }

  #wire(owner: Owner, take: (message: StreamMessage) => void): StreamWire {
    const { host, isAlive } = this.#on;
    const { stage } = owner;
    this.#made += 1;
    const id = `${stage}${MARK}${this.#made}`;
    const wire = hostWire(host, id, take);
    return {
      ...wire,
      subscribe: (subscription) => {
        if (!isAlive(stage)) return;
        const outlets = this.#outlets.get(stage) ?? new Set();
        this.#outlets.set(stage, outlets.add(id));
        wire.subscribe(subscription);
      },
      close: () => {
        this.#outlets.get(stage)?.delete(id);
        wire.close();
      },
    };
  }
}
