/** The tab that a key moves to, round the ends (WAI-ARIA, Tabs); `null` when the key means nothing here. */
export function nextTab<Name extends string>(names: readonly Name[], active: Name, key: string): Name | null {
  const at = names.indexOf(active);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + names.length, Home: 0, End: names.length - 1 }[key];
  return to === undefined || names.length === 0 ? null : (names[to % names.length] ?? null);
}
