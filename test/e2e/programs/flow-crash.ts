import { Flow } from 'sluice';

export default Flow.from([1, 2, 3, 4, 5, 6, 7, 8], { stages: 1, maxDemand: 2 }).map((n) => {
  if (n === 7) throw new Error('seven is too much');
  return n * n;
});
