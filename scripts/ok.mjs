/** `npm run ok`: the quick gate. Format, lint, types, unit tests, build; no browser. */
import { Gate } from './lib/gate.mjs';
import { installPackages } from './lib/install.mjs';
import { quickSteps } from './lib/quick-steps.mjs';

installPackages();
const gate = new Gate();
await quickSteps(gate);
gate.close();
