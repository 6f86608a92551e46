/** Highland brings no types: what the bench uses of it. */
declare module 'highland' {
  interface Highland<Event> {
    map<Next>(step: (event: Event) => Next): Highland<Next>;
    filter(keeps: (event: Event) => boolean): Highland<Event>;
    reduce<Sum>(first: Sum, step: (sum: Sum, event: Event) => Sum): Highland<Sum>;
    toPromise(constructor: PromiseConstructor): Promise<Event>;
  }
  export default function highland<Event>(events: Iterator<Event>): Highland<Event>;
}
