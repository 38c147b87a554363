/**
 * Writes docs/errors.md from the built catalogue of error codes; with --check, only says whether the committed page is the same.
 */
import { join } from 'node:path';
import { writeOrCheckPage } from './made-file.mjs';

const ROOT = join(import.meta.dirname, '..');
const { REQUEST_ERRORS } = await import(join(ROOT, 'dist/kernel/error-codes.js'));
const { OAUTH_ERRORS } = await import(join(ROOT, 'dist/kernel/oauth-errors.js'));
const { COMMAND_ERRORS } = await import(join(ROOT, 'dist/kernel/command-errors.js'));
const { CLIENT_AUTHENTICATION_REFUSALS, LOGIN_REFUSALS, REFRESH_REFUSALS } = await import(
  join(ROOT, 'dist/kernel/refusal-reasons.js')
);

function codes(catalogue) {
  const rows = Object.entries(catalogue).map(
    ([code, { status, meaning, action }]) => `| \`${code}\` | ${status} | ${meaning} | ${action} |`,
  );
  return `| code | status | meaning | what to do |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function reasons(catalogue) {
  const rows = Object.entries(catalogue).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
  return `| reason | meaning |\n| --- | --- |\n${rows.join('\n')}`;
}

const page = `# Error codes

Each failure has a code. The log line of the request has the code as \`failure.code\`, with the reason as \`failure.detail\` if there is one.
Search the log for the \`X-Request-Id\` of the response. \`npm run errors\` makes this page from \`src/kernel/error-codes.ts\` and
\`src/kernel/refusal-reasons.ts\`.

A client sees the status and the message, and at OAuth endpoints also the member \`error\` ([contract.md](contract.md), 1.5 and 3). Your own
modules may add codes: [extending.md](extending.md#error-codes).

## Requests

${codes(REQUEST_ERRORS)}

A request that is not valid HTTP has a log line \`broken request\`. Its \`failure.code\` is the code of Node.js, such as \`HPE_HEADER_OVERFLOW\`.

## OAuth endpoints

The member \`error\` of the response is a code of this table. For other failures, the status decides: \`invalid_client\` (401),
\`insufficient_scope\` (403), \`temporarily_unavailable\` (429, 503), \`server_error\` (500), and \`invalid_request\` for all others.

${codes(OAUTH_ERRORS)}

### Why a refresh was refused

The response is \`invalid_grant\` for all of these. The reason is in the log (\`failure.detail\`), in \`tessera_redemptions_total\` and in the
[audit trail](audit-trail.md).

${reasons(REFRESH_REFUSALS)}

### Why a sign-in was refused

The reason is in the log (\`failure.detail\`), in \`tessera_sign_ins_total\` and in the audit trail.

${reasons(LOGIN_REFUSALS)}

### Why a client was not authenticated

The response is \`invalid_client\` for all of these. The reason is in the log (\`failure.detail\`), in \`tessera_client_authentications_total\` and
in the audit trail.

${reasons(CLIENT_AUTHENTICATION_REFUSALS)}

## Commands

A command prints the message of its failure and exits with 1.

${codes(COMMAND_ERRORS)}
`;

await writeOrCheckPage('docs/errors.md', page, {
  expected: 'what the catalogue of src/kernel says',
  command: 'npm run errors',
});
