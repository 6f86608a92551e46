import { RunLogs } from '../run-logs.ts';
import { RunAccounts } from './run-accounts.ts';

/** The accounts of runs. Views that look at the same run share what is known of it. */
export const accountsOfRuns = new RunLogs((plan) => new RunAccounts(plan));
