export const FRAME_ENTRY: string;
export const WORKER_ENTRY: string;
export function bundleScript(
  entry: string,
): Promise<{ readonly code: string; readonly files: readonly string[] }>;
export function sha256Source(text: string): `sha256-${string}`;
