import workerpool from 'workerpool';
import { TASKS } from './tasks.ts';

workerpool.worker(TASKS);
