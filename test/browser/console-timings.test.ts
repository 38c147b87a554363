import { signIn, useConsole } from '../support/console.js';
import { Service } from '../support/service.js';

interface Timings {
  readonly firstPaint: number;
  readonly largestPaint: number;
  readonly form: number;
  readonly blocked: number;
  readonly bytes: number;
}

/** The machine decides how long it takes, so the times are printed, and only their order is checked. */
describe('the time of the console', () => {
  const get = useConsole(() => Service.start());

  it('is measured until the sign-in form can be used, and from the sign-in to the first page', async () => {
    const { context } = get();
    await context.addInitScript(OBSERVE);
    // The first visit of a browser has nothing in its cache.
    const page = await get().tab();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.waitForFunction('seen.form !== undefined && seen.largestPaint !== undefined');
    const { firstPaint, largestPaint, form, blocked, bytes } = await page.evaluate<Timings>(TIMINGS);
    print('sign-in page', { 'first paint': firstPaint, 'largest paint': largestPaint, form, blocked }, bytes);
    expect(firstPaint).toBeLessThanOrEqual(largestPaint);
    const before = await page.evaluate<number>('performance.now()');
    await signIn(page, 'admin');
    await page.getByRole('img', { name: 'Sign-ins' }).waitFor();
    const after = await page.evaluate<Timings & { readonly now: number }>(TIMINGS);
    print('overview', { charts: after.now - before, blocked: after.blocked - blocked }, after.bytes);
    // Bytes are no matter of the machine: 72 kB until the form, 281 kB until the overview, and some of answers.
    expect(bytes).toBeLessThan(100_000);
    expect(after.bytes).toBeLessThan(400_000);
    get().expectComplaints();
  });
});

/** Total blocking time is what tasks take beyond 50 ms each. The form can be used when its first field is there and a frame has shown it. */
const OBSERVE = `
  const seen = (globalThis.seen = { blocked: 0 });
  new PerformanceObserver((list) => { seen.largestPaint = list.getEntries().at(-1).startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) seen.blocked += duration - 50; })
    .observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (document.querySelector('input[name=username]')) seen.form = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

const TIMINGS = `({
  ...seen, now: performance.now(), firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  bytes: performance.getEntries().reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
})`;

function print(name: string, times: Readonly<Record<string, number>>, bytes: number): void {
  const texts = Object.entries(times).map(([what, ms]) => `${what} ${Math.round(ms)} ms`);
  process.stdout.write(`${name}: ${texts.join(', ')}, ${Math.round(bytes / 1000)} kB\n`);
}
