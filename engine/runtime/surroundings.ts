import { streamsOn } from '../sink/stream-scope.ts';
import { tasksOn } from '../task/task-scope.ts';
import { realScheduler } from '../time/scheduler.ts';
import { sleepOn } from '../time/sleep.ts';

/**
 * Takes note of the run whose code runs now: by whose clock it sleeps, whose tasks it starts, whose stages it reads.
 *
 * @returns Puts all of that back, after another run of the same thread has had its turn.
 */
export function surroundings(): () => void {
  const sleeps = sleepOn(realScheduler());
  const tasks = tasksOn(null);
  const streams = streamsOn(null);
  const putBack = () => {
    sleepOn(sleeps);
    tasksOn(tasks);
    streamsOn(streams);
  };
  putBack();
  return putBack;
}
