/** The languages of the console. The address of the page has the choice (`?lang=fr`): the console stores nothing in the browser. */
export const LANGUAGES = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof LANGUAGES;

/** A text in another language has the form of the English text. */
export type Translation<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Translation<T[K]> };

const isLanguage = (name: string): name is Language => name in LANGUAGES;

/** The language of the address, otherwise the first of the browser’s languages that the console has. */
export const LANGUAGE: Language =
  [new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages.map((name) => name.slice(0, 2))].find(
    isLanguage,
  ) ?? 'en';

/** For times and numbers: the browser knows the reader’s country. */
export const LOCALE = navigator.languages.find((name) => name.startsWith(LANGUAGE)) ?? LANGUAGE;

/** The address of this page in another language. The session outlives the load of the page. */
export function addressIn(language: Language): string {
  return `?lang=${language}${location.hash}`;
}

/** The texts in the language of the page. A text that the language lacks is in English. */
export async function inLanguage<T>(
  english: T,
  loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Translation<T>>>>,
): Promise<Translation<T>> {
  if (LANGUAGE === 'en') return english as Translation<T>;
  return filled(english, await loaders[LANGUAGE]()) as Translation<T>;
}

function filled(english: unknown, other: unknown): unknown {
  if (other === undefined) return english;
  if (typeof english !== 'object' || english === null) return other;
  const names = Object.entries(english).map(([name, text]) => [
    name,
    filled(text, (other as Record<string, unknown>)[name]),
  ]);
  return Object.fromEntries(names) as unknown;
}
