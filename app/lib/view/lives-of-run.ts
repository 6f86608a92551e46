import { EventLives } from './event-lives.ts';
import { RunLogs } from './run-logs.ts';

/** The events of runs. Views that look at the same run share what is known of it. */
export const livesOfRuns = new RunLogs((plan) => new EventLives(plan));
