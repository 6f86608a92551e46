import type { StageId } from '../ids.ts';
import type { StageStatus } from '../stage/lifecycle.ts';
import type { Process } from '../stage/process.ts';

/** A life that has ended with the worker it ran on: whoever sends it something hears that nobody is there. */
export class GoneProcess implements Process {
  readonly id: StageId;
  readonly status: StageStatus = 'exited';
  readonly isAlive = false;
  readonly isFree = false;
  readonly isBusy = false;

  constructor(id: StageId) {
    this.id = id;
  }

  handle(): void {
    // It takes no message: none is ever put into its mailbox.
  }

  kill(): void {
    // It has ended already.
  }
}
