import { TASKS } from './tasks.ts';

export const { hashAll, countAll } = TASKS;
