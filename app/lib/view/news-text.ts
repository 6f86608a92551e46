/** The last of several things that happened, with how many went before it since the last time something was said. */
export function newsText(count: number, last: string): string {
  return count > 1 ? `${last} And ${count - 1} more before it.` : last;
}
