import { mergeTranslations, type TranslationMessages } from 'ra-core';
import polyglot from 'ra-i18n-polyglot';
import english from 'ra-language-english';
import { LANGUAGE } from './language.js';

const messages = LANGUAGE === 'fr' ? (await import('ra-language-french')).default : english;

/** The texts that react-admin itself has, in the language of the page. */
export const i18nProvider = polyglot(() => mergeTranslations(english, messages) as TranslationMessages, LANGUAGE);
