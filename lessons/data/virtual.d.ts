/** Made while building: the address of the rows of `chapters`, as JSON. */
declare module 'virtual:sluice-data/chapters' {
  const address: string;
  export default address;
}
/** Made while building: the address of the rows of `earthquakes`, as JSON. */
declare module 'virtual:sluice-data/earthquakes' {
  const address: string;
  export default address;
}
/** Made while building: the address of the rows of `flights`, as JSON. */
declare module 'virtual:sluice-data/flights' {
  const address: string;
  export default address;
}
