import { Flow, range } from 'sluice';

export default Flow.from(range(1, 400), { stages: 4 })
  .map((n) => ({ key: n % 7, n }))
  .partition({ stages: 4, key: 'key' })
  .reduce(
    () => 0,
    (sum, { n }) => sum + n,
  )
  .emit('state');
