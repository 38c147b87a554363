import { createHash } from 'node:crypto';
import { type ServerSummary } from './server-summary.js';

const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #505a66; --page: #ffffff; --line: #d5dae0; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ed; --soft: #aab3bd; --page: #15181c; --line: #363c44; --link: #8ab8f0; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { margin: 0 0 0.5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; }
dl { margin: 0; border-top: 1px solid var(--line); }
dl > div { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
dt { font-weight: 600; }
dd { margin: 0; color: var(--soft); }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font-family: ui-monospace, monospace; font-size: 0.9375rem; overflow-wrap: anywhere; }
`;

/** Allows only the style of the page: no script, image, frame, form, or other address. */
export const HOME_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A page for people with a summary of the service and links. The links contain only paths, so they work at every address of the service.
 */
export function homePage(summary: ServerSummary): string {
  const links = LINKS.flatMap(({ member, title, text }) => {
    const url = summary[member];
    return url === undefined ? [] : [entry(`<a href="${escaped(new URL(url).pathname)}">${title}</a>`, text)];
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${summary.name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${summary.name}</h1>
<p>${summary.description} It answers at <code>${escaped(summary.issuer)}</code>.</p>
<h2>Where to go</h2>
<dl>
${links.join('\n')}
</dl>
<h2>For people and programs</h2>
<p>Programs that ask for <code>application/json</code> get these addresses as JSON. The guides for clients and operators are
<code>README.md</code> and the folder <code>docs</code> of the source.</p>
</main>
</body>
</html>
`;
}

const LINKS = [
  { member: 'console', title: 'Console', text: 'Who is signed in, and why not: pages for security and support staff.' },
  {
    member: 'documentation',
    title: 'Documentation of the API',
    text: 'Swagger UI: every operation, to read and to try.',
  },
  { member: 'openapi', title: 'OpenAPI document', text: 'The same for programs that generate clients.' },
  { member: 'metadata', title: 'Server metadata', text: 'The OAuth 2.0 endpoints, by RFC 8414.' },
  { member: 'key_set', title: 'Key set', text: 'The public keys that verify access tokens.' },
  { member: 'health', title: 'Health', text: 'Whether the service is ready.' },
] as const;

function entry(title: string, text: string): string {
  return `<div><dt>${title}</dt><dd>${text}</dd></div>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
