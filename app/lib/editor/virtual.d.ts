/** Made while building: the declaration files of `sluice` and `sluice/data`, as paths below `node_modules` → text. */
declare module 'virtual:sluice-types' {
  const declarations: Readonly<Record<string, string>>;
  export default declarations;
}

/** Made while building: what `sluice` and `sluice/data` export at run time. */
declare module 'virtual:sluice-exports' {
  const offered: import('../sandbox/compiled.ts').OfferedExports;
  export default offered;
}
