/** The parts of a keyboard event that decide. */
interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** What a key means in the editor, before the editor itself: `null` leaves it to the editor. */
export function meaningOf({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: Key): 'run' | 'save' | 'tabMode' | null {
  if (altKey) return null;
  if (key === 'Enter' && (ctrlKey || metaKey) && !shiftKey) return 'run';
  if (key.toLowerCase() === 's' && (ctrlKey || metaKey) && !shiftKey) return 'save';
  // Control on a Mac too: Cmd+M minimizes the window there.
  if (key.toLowerCase() === 'm' && ctrlKey && !metaKey) return 'tabMode';
  return null;
}
