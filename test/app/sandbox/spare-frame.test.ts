import { describe, expect, it } from 'vitest';
import { SpareFrame } from '$lib/sandbox/spare-frame.ts';
import { FakeSandbox } from './fake-sandbox.ts';

/** A keeper of frames, and all the frames that were built. */
function spareFrame(): { spare: SpareFrame; built: FakeSandbox[] } {
  const built: FakeSandbox[] = [];
  const spare = new SpareFrame((number) => {
    const frame = new FakeSandbox(number);
    built.push(frame);
    return Promise.resolve(frame);
  });
  return { spare, built };
}

const present = (built: readonly FakeSandbox[]): number => built.filter(({ isRemoved }) => !isRemoved).length;

describe('`SpareFrame`', () => {
  it('hands out the frame that was kept warm', async () => {
    const { spare, built } = spareFrame();
    spare.warm();
    spare.warm();
    expect(await spare.take()).toBe(built[0]);
    expect(built).toHaveLength(1);
  });

  it('builds the next one only when this one is gone', async () => {
    const { spare, built } = spareFrame();
    const first = await spare.take();
    spare.warm();
    expect(built).toHaveLength(1);
    spare.giveBack(first);
    expect(built.map(({ isRemoved }) => isRemoved)).toEqual([true, false]);
    expect(await spare.take()).toBe(built[1]);
  });

  it('removes the frame in use when another is taken', async () => {
    const { spare, built } = spareFrame();
    const first = await spare.take();
    const second = await spare.take();
    expect(second).not.toBe(first);
    expect(built[0]?.isRemoved).toBe(true);
    spare.giveBack(first);
    expect(built[1]?.isRemoved).toBe(false);
  });

  it('hands out a frame again that is as it was before its run', async () => {
    const { spare, built } = spareFrame();
    const first = await spare.take();
    spare.keep(first);
    expect(await spare.take()).toBe(first);
    expect(built).toHaveLength(1);
  });

  it('removes a frame in which a run has left something', async () => {
    const { spare, built } = spareFrame();
    const first = await spare.take();
    if (built[0]) built[0].isClean = false;
    spare.keep(first);
    expect(await spare.take()).toBe(built[1]);
    expect(built[0]?.isRemoved).toBe(true);
  });

  it('removes a frame that is taken back too late', async () => {
    const { spare, built } = spareFrame();
    const first = await spare.take();
    const second = await spare.take();
    spare.keep(first);
    expect(built.map(({ isRemoved }) => isRemoved)).toEqual([true, false]);
    spare.keep(second);
    spare.close();
    await spare.take();
    expect(present(built)).toBe(0);
  });

  it('never hands out one frame twice', async () => {
    const { spare, built } = spareFrame();
    const [first, second] = await Promise.all([spare.take(), spare.take()]);
    expect(first).not.toBe(second);
    expect(present(built)).toBe(1);
  });

  it('replaces a spare that died while it waited', async () => {
    const { spare, built } = spareFrame();
    spare.warm();
    if (built[0]) built[0].answers = false;
    expect(await spare.take()).toBe(built[1]);
    expect(built[0]?.isRemoved).toBe(true);
  });

  it('tries again after a frame that could not be built', async () => {
    let failures = 1;
    const spare = new SpareFrame((number) =>
      failures-- > 0 ? Promise.reject(new Error('no frame')) : Promise.resolve(new FakeSandbox(number)),
    );
    await expect(spare.take()).rejects.toThrow('no frame');
    await expect(spare.take()).resolves.toMatchObject({ number: 2 });
  });

  it('removes everything once it is closed', async () => {
    const { spare, built } = spareFrame();
    spare.warm();
    const taken = spare.take();
    spare.close();
    await taken;
    spare.warm();
    expect(present(built)).toBe(0);
  });
});
