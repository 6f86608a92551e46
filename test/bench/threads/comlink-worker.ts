import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { TASKS } from './tasks.ts';

if (parentPort) expose(TASKS, nodeEndpoint(parentPort));
