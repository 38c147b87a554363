/**
 * Writes docs/audit-trail.md from the kinds of events that the modules of the built service register; with --check, only says whether the
 * committed page is the same. The service runs on a temporary data folder, for as long as that takes.
 */
import { join } from 'node:path';
import { writeOrCheckPage } from './made-file.mjs';
import { withService } from './served.mjs';

const ROOT = join(import.meta.dirname, '..');

const kinds = await withService({}, async (app) => {
  const { AuditKindsService } = await import(join(ROOT, 'dist/audit/audit-kinds.service.js'));
  return [...app.get(AuditKindsService).all()].toSorted(([one], [other]) => (one < other ? -1 : 1));
});

const rows = kinds.map(([kind, { meaning, reason = '', action = '' }]) => {
  const reasons = typeof reason === 'string' ? reason : `[see below](#reasons-of-${kind})`;
  return `| \`${kind}\` | ${meaning} | ${reasons} | ${action} |`;
});

const tables = kinds
  .filter(([, { reason }]) => typeof reason === 'object')
  .map(([kind, { reason }]) => {
    const each = Object.entries(reason).map(([name, described]) => {
      const { meaning, action = '' } = typeof described === 'string' ? { meaning: described } : described;
      return `| \`${name}\` | ${meaning} | ${action} |`;
    });
    return `## Reasons of \`${kind}\`\n\n| reason | meaning | what to do |\n| --- | --- | --- |\n${each.join('\n')}`;
  });

const page = `# The audit trail

\`GET /api/sys/audittrailentries\` (role \`AuditTrailEntry-List\`) answers who did what, when, from where and why. The parameters are those of a
search ([contract.md](contract.md), 1.6), such as \`AuditTrailEntry_Subject\`, \`AuditTrailEntry_Kind\` and \`from_AuditTrailEntry_CreatedOn\`.
\`npm run cli -- audit export\` writes the events as JSON lines.

An act and its event are written in one transaction, so there is no act without its event. A job seals the events; [SECURITY.md](../SECURITY.md)
explains what a seal proves. Another job deletes events after \`AUDIT_RETENTION\`.

## Members

- \`Actor\`: the user who acted; \`client\` for a client that revoked a token; \`command line (NAME)\` for a command of that user of the machine;
  \`service\` for a job; \`unknown\` for a sender without a known name. \`Address\`, \`UserAgent\` and \`RequestId\` are those of the actor's request.
- \`Subject\`, \`ClientId\`, \`SessionId\` (the record's UniqueId) and \`RecordIds\`: the user, the client, the session and the records of the event.
- \`LastAddress\`, \`LastUserAgent\`, \`LastRequestId\`, \`LastRedeemedOn\`: the source of the session's last sign-in or refresh. If a token was stolen,
  one of the two senders, this one or the actor, is the thief.

- \`EntityShortName\`, \`EntityId\` and \`AuditType\` (1 create, 2 update, 3 delete): the resource, its record and the action, by their Nexudus names.
  Of a resource of the [kit](resource-kit.md) an event has the name of the resource; the kinds are those of records.
- \`Changes\`: the members that a write changed, each with \`PropertyName\`, \`OldValue\` and \`NewValue\`, cut to 1,000 characters and without secrets.
  \`AuditTrailEntry_Changes=ExpiresOn\` finds the events that changed a member. If exactly one member changed, the event also has its name and
  values as \`PropertyName\`, \`OldValue\` and \`NewValue\`. A creation or deletion of a RefreshToken lists no members.

## Kinds

The modules of the service register these kinds, and \`npm run audit-kinds\` makes this page from them. A module of a team registers
[its own](plug-ins.md#kinds-of-audit-events).

| kind | meaning | reason | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}

${tables.join('\n\n')}
`;

await writeOrCheckPage('docs/audit-trail.md', page, {
  expected: 'what the modules register as kinds of events',
  command: 'npm run audit-kinds',
});
