import { Flow, range } from 'sluice';

export default Flow.from(range(1, 5))
  .map((n) => n * 2)
  .partition({ stages: 0 })
  .reduce(
    () => 0,
    (sum, n) => sum + n,
  );
