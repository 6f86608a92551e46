/** Made by vite.config.ts: the sandbox frame's script as text, and its source in a content security policy. */
declare module 'virtual:sluice-frame' {
  export const script: string;
  export const hash: string;
}

/** Made by vite.config.ts: the worker's script (engine/platform/browser.ts and all it imports) as text. */
declare module 'virtual:sluice-worker' {
  const script: string;
  export default script;
}
