import { BroadcastDispatcher } from '../dispatcher/broadcast-dispatcher.ts';
import { DemandDispatcher } from '../dispatcher/demand-dispatcher.ts';
import { PartitionDispatcher } from '../dispatcher/partition-dispatcher.ts';
import { StreamReading } from '../sink/stream-reading.ts';
import { Range } from '../source/range.ts';
import { streamOfTasks } from '../task/async-stream.ts';
import { TaskHandle } from '../task/task-handle.ts';
import { freezeShared, type Arrays } from './freeze-shared.ts';
import type { Leftovers } from './leftovers.ts';
import * as learnerApi from './learner-api.ts';
import { removePowers } from './remove-powers.ts';

/** What programs get instances of, and find nowhere in what they import. */
const MADE_FOR_PROGRAMS: readonly unknown[] = [
  BroadcastDispatcher,
  DemandDispatcher,
  PartitionDispatcher,
  Range,
  StreamReading,
  TaskHandle,
  streamOfTasks,
];

/**
 * Closes the realm that the engine shares with a program: called once, when the engine is loaded, the globals of programs are
 * provided and the program has not begun. From now on the program can change nothing that the engine uses, as intrinsics,
 * globals, what it imports from `sluice` and all that these lead to are frozen; and it has no power of the worker (RUN-31).
 *
 * @param leftovers - Learns what programs use that may outlive their runs.
 */
export function lockDown(arrays: Arrays, leftovers: Leftovers): void {
  leftovers.watchListeners();
  freezeShared(
    [...Object.values(learnerApi), ...MADE_FOR_PROGRAMS, ...removePowers(leftovers.property)],
    arrays,
  );
}
