/** Made while building: the address of the rows of `flights`, as JSON. */
declare module 'virtual:sluice-data/flights' {
  const address: string;
  export default address;
}
