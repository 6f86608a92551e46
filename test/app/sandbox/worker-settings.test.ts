import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKER_SETTINGS, MAX_WORKERS, runOptionsOf } from '$lib/sandbox/worker-settings.ts';

describe('`runOptionsOf()`', () => {
  it('gives a run of which nobody has said more as many workers as there may be', () => {
    expect(runOptionsOf(DEFAULT_WORKER_SETTINGS)).toEqual({ workers: MAX_WORKERS, placement: 'spread' });
  });

  it('gives it no more than were chosen', () => {
    expect(runOptionsOf({ workers: 2, placement: 'pack' })).toEqual({ workers: 2, placement: 'pack' });
  });
});
