/** Ends the address of the workers' own script, so that its lines in a stack are told from the program's. */
export const ENGINE_MARK = '#sluice';
