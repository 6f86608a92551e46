/**
 * `npm test`: installs what is missing, a browser included, and runs everything. Closes with `N passed, N failed`.
 */
import { findChromium } from './lib/browser.mjs';
import { Gate } from './lib/gate.mjs';
import { installPackages } from './lib/install.mjs';
import { quickSteps } from './lib/quick-steps.mjs';

installPackages();
const gate = new Gate();
const built = await quickSteps(gate);
if (built) {
  try {
    const { path, from, env } = await findChromium();
    console.log(`\nChromium: ${path} (${from})`);
    gate.playwright('browser', [], { ...env, CHROMIUM_PATH: path });
  } catch (error) {
    gate.fail('browser', error.message);
  }
}
gate.close();
