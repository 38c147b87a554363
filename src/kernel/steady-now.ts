import { clockLead } from './clock-lead.js';

/**
 * A time in milliseconds that changes of the system's clock do not affect, for what this process remembers for minutes. In the tests of a
 * team it follows their clock. Time limits and arrivals of requests are measured by `performance.now()` itself.
 */
export function steadyNow(): number {
  return performance.now() + clockLead.ms;
}
