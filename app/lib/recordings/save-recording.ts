import { encodeRecording, type Recording } from 'sluice';

/** Lets the browser save a recording as a file of that name. */
export function saveRecording(recording: Recording, name: string): void {
  const address = URL.createObjectURL(
    new Blob([encodeRecording(recording)], { type: 'application/x-ndjson' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
