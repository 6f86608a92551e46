// Runs before the first paint. Storage may be refused (private windows, strict settings): then the system decides.
(() => {
  let choice = 'system';
  let motion = 'system';
  try {
    choice = localStorage.getItem('sluice.theme') ?? 'system';
    motion = localStorage.getItem('sluice.motion') ?? 'system';
  } catch {
    // Nothing is remembered here; the system's theme is a good answer.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  if (motion === 'reduced') document.documentElement.dataset.motion = 'reduced';
})();
