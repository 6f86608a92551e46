/**
 * Frames of a page while something happens: how far apart they are, and how long the page works for each.
 *
 * @param act - What happens, driven from outside.
 * @returns {Promise<{ frames: number, interval: number[], work: number[], longTasks: number[], cpuMs: number }>} ms;
 *   `work`: from a frame's begin until it is painted; `cpuMs`: processor time of the page's main thread for one frame.
 */
export async function watchFrames(page, act) {
  await page.evaluate(beginWatch);
  const cpuMs = await processorTime(page, act);
  const watched = await page.evaluate(() => globalThis.endWatch());
  return { ...watched, cpuMs: cpuMs / watched.frames };
}

/** Processor time of the page's main thread while something happens, ms: other work of the machine changes it little. */
export async function processorTime(page, act) {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taskMs = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
  const beforeMs = await taskMs();
  await act();
  const spentMs = (await taskMs()) - beforeMs;
  await client.detach();
  return spentMs;
}

/** In the page. A message that is sent in a frame's callback comes after the frame is laid out and painted. */
function beginWatch() {
  const [interval, work, longTasks] = [[], [], []];
  const painted = new MessageChannel();
  let [begunMs, lastMs, over] = [0, 0, false];
  painted.port1.onmessage = () => work.push(performance.now() - begunMs);
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  const frame = (frameMs) => {
    if (over) return;
    if (lastMs > 0) interval.push(frameMs - lastMs);
    lastMs = frameMs;
    begunMs = performance.now();
    painted.port2.postMessage(null);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  globalThis.endWatch = () => {
    over = true;
    for (const { duration } of observer.takeRecords()) longTasks.push(duration);
    observer.disconnect();
    painted.port1.close();
    return { frames: interval.length, interval, work, longTasks };
  };
}

/** The value below which so much of the others lies; `NaN` of none. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
