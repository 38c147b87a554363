import { InvalidArgumentError, type Command } from 'commander';
import {
  AuditVerificationService,
  type ChainHead,
  type Finding,
  type Verification,
} from '../audit-trail/audit-verification.service.js';
import { formatDateTime } from '../kernel/date-time.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { UsersService } from '../users/users.service.js';
import { say } from './operator.js';
import { Progress } from './progress.js';
import { withApplication } from './with-application.js';

interface VerifyOptions {
  readonly fromHead?: ChainHead;
  readonly json?: true;
}

/** `audit verify`. */
export function addAuditVerifyCommand(audit: Command): void {
  audit
    .command('verify')
    .description('Compare the audit trail with its seals, and find sessions and users that the service did not write.')
    .option('--from-head <id:link>', 'a head that was noted earlier, and must still be in the chain', headOf)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nThe exit code is 1 if the command finds anything wrong.')
    .action(verify);
}

function verify({ fromHead, json }: VerifyOptions): Promise<void> {
  return withApplication(async (app) => {
    const trail = await verifyTrail(app.get(AuditVerificationService), fromHead);
    const users = app.get(UsersService);
    const tampered = (await users.list()).filter((user) => !users.isGenuine(user));
    const findings: Finding[] = [
      ...trail.findings,
      ...(await app.get(SessionsService).revived()).map(({ id, uniqueId, subject, clientId, endedOn }) => ({
        kind: 'session-revived' as const,
        message: `Session ${uniqueId} of ${JSON.stringify(subject)} at ${JSON.stringify(clientId)}, record ${id}, ended on ${formatDateTime(endedOn)} but exists again.`,
      })),
      ...tampered.map(({ email }) => ({
        kind: 'user-tampered' as const,
        message: `The row of user ${JSON.stringify(email)} was not written by the service: see "users list" and "users approve".`,
      })),
    ];
    if (findings.length > 0) process.exitCode = 1;
    say(json ? JSON.stringify({ ...trail, findings }, null, 2) : describe({ ...trail, findings }));
  });
}

async function verifyTrail(verification: AuditVerificationService, head: ChainHead | undefined): Promise<Verification> {
  const progress = new Progress('Verifying seals', await verification.newest());
  let verified = 0;
  try {
    return await verification.verify(head, (lastId) => {
      progress.advance(lastId - verified);
      verified = lastId;
    });
  } finally {
    progress.stop();
  }
}

function describe({ head, since, seals, events, unsealed, erased, findings }: Verification): string {
  const sealed = since ? `${events} events under ${seals} seals, the oldest of ${since}.` : 'Nothing is sealed yet.';
  return [
    `${sealed} ${unsealed} newer events are not sealed yet.`,
    ...(head ? [`The head is ${head.id}:${head.link}`] : []),
    ...erased.map(
      ({ pseudonym, by, erasedOn, events: changed, seals: of }) =>
        `erased: ${by ?? 'an unknown author'} replaced a person by ${pseudonym} on ${erasedOn}, in ${changed} events of ${of} seals.`,
    ),
    ...(findings.length === 0 ? ['Nothing is wrong.'] : findings.map(({ kind, message }) => `${kind}: ${message}`)),
  ].join('\n');
}

function headOf(text: string): ChainHead {
  const [, id, link] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (!id || !link) throw new InvalidArgumentError('Expected a head as "audit verify" prints it, such as 17:ab….');
  return { id: Number(id), link };
}
