import type { TaskId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';

/** What a consumerSupervisor hears when a child ends. An object of the engine's own: no program can send one. */
export class ExitSignal {
  readonly child: TaskId;
  /** `"normal"` when its function returned. */
  readonly reason: Reason;

  constructor(child: TaskId, reason: Reason) {
    this.child = child;
    this.reason = reason;
  }
}

/** What a consumerSupervisor tells itself when a child could not be started again: it tries once more, in a later turn. */
export class TryAgain {
  readonly child: TaskId;

  constructor(child: TaskId) {
    this.child = child;
  }
}
