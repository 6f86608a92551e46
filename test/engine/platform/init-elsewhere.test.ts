import { expect, it } from 'vitest';
import { NodePlatform } from '../../../engine/platform/node.ts';
import { nodeProgram, startOnThreads } from '../../support/node-runner.ts';

const PROGRAM = `
import { consumer, pipeline, producer, self } from 'sluice';

const numbers = producer({
  handleDemand: () => undefined,
  handleCall: () => ({ reply: 42 }),
});
const asking = consumer({
  init: async () => {
    const me = self();
    const first = await me.call('numbers', 'how many');
    console.log(first, await me.call('numbers', 'how many'));
  },
  handleEvents: () => undefined,
});
export default pipeline(({ start, subscribe }) => {
  const a = start('numbers', numbers, undefined, { worker: 1 });
  const b = start('asking', asking, undefined, { worker: 2 });
  subscribe(b, { to: a });
});
`;

it.each(['ring', 'port'] as const)(
  'an init that calls a stage of another worker twice is answered, by %s',
  async (transport) => {
    const program = await nodeProgram({ 'start.ts': PROGRAM }, []);
    const run = startOnThreads(new NodePlatform({ ...program, transport }), { workers: 2 });
    expect(await run.done).toEqual({ type: 'idle' });
    const logs = run.now.entries.flatMap((entry) => (entry.type === 'log' ? [entry.values] : []));
    expect(logs).toEqual([[42, 42]]);
  },
  60_000,
);
