import { row, signIn, useConsole, faultsOf } from '../support/console.js';
import { Service } from '../support/service.js';

/** The texts of the console, in the language of this address. The console reads it once, so each language needs a module of its own. */
type Texts = Readonly<Record<string, unknown>>;

describe('the languages of the console', () => {
  const get = useConsole(() => Service.start());

  it('follow the browser, and a switch that keeps the session', async () => {
    const browser = get().context.browser();
    const context = await browser?.newContext({ locale: 'fr-CA' });
    const page = await context?.newPage();
    if (!page) throw new Error('There is no browser.');
    await page.goto(`${get().service.url}/console/#/refreshtokens`);
    await page.getByLabel('Adresse e-mail').fill('admin@example.com');
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'English' }).click();
    await signIn(page, 'admin');
    await row(page, /admin@/).waitFor();
    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByRole('menuitem', { name: 'Français' }).click();
    await page.getByRole('menuitem', { name: 'Pourquoi déconnecté ?' }).waitFor();
    await row(page, /admin@/).waitFor();
    await page.getByRole('button', { name: 'Profil', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Mon compte' }).last().click();
    await page.getByRole('heading', { name: 'Mes appareils' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await context?.close();
  });

  it('lack no text', async () => {
    Object.assign(globalThis, { location: new URL('http://localhost/console/'), navigator: { languages: ['en'] } });
    // A path in a variable: the console is compiled with the types of browsers, and the tests are not.
    const load = async (name: string): Promise<Texts> => (await import(`../../console/src/${name}.ts`)) as Texts;
    const [texts, explanations, french, frenchExplanations] = await Promise.all(
      ['texts', 'explanations', 'texts/french', 'texts/french-explanations'].map(load),
    );
    expect(shapeOf(french?.['FRENCH'])).toEqual(shapeOf(texts?.['TEXTS']));
    const { KINDS, REASONS } = explanations ?? {};
    expect(shapeOf(frenchExplanations?.['EXPLANATIONS'])).toEqual(shapeOf({ KINDS, REASONS }));
  });
});

/** The names of texts, and which of them are sentences with values, or empty. */
function shapeOf(texts: unknown): unknown {
  if (typeof texts === 'function') return `of ${texts.length}`;
  if (typeof texts === 'string') return texts === '' ? 'empty' : 'text';
  const entries = Object.entries(texts as object).map(([name, text]) => [name, shapeOf(text)] as const);
  return Object.fromEntries(entries);
}
