import { encodeEntries, encodeHead, encodeTail, type Bookmark, type Recording } from 'sluice';

/** Entries that become one piece of the file: no text may be as long as a large recording is. Eight whole blocks. */
const ENTRIES_A_PART = 8_192;

/** Lets the browser save a recording as a file of that name. */
export function saveRecording(recording: Recording, name: string): void {
  const address = URL.createObjectURL(
    new Blob([...recordingParts(recording)], { type: 'application/x-ndjson' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The text of a recording, piece by piece. */
export function* recordingParts(recording: Recording): Generator<string, void> {
  const { entries, tail } = recording;
  yield encodeHead(recording);
  for (let from = 0; from < entries.length; from += ENTRIES_A_PART) {
    yield encodeEntries(entries.slice(from, from + ENTRIES_A_PART));
  }
  if (tail !== null) yield encodeTail(tail);
}

/** The same recording with these bookmarks in the place of its own; one that was cut off has no place for any. */
export function withBookmarks(recording: Recording, bookmarks: readonly Bookmark[]): Recording {
  if (recording.tail === null) return recording;
  const { end, elapsedMs, dropped, output, uncaught } = recording.tail;
  const tail = { end, elapsedMs, dropped, output, uncaught };
  return { ...recording, tail: bookmarks.length > 0 ? { ...tail, bookmarks } : tail };
}
