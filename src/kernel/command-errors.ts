import { catalogue } from './error-catalogue.js';

/** Failures of commands. The command prints only the message and exits with 1. */
export const COMMAND_ERRORS = catalogue({
  bad_email: { status: 400, meaning: 'The text is not an e-mail address.', action: 'Correct it.' },
  bad_password: {
    status: 400,
    meaning: 'The password is too short, too long, or one of the commonest.',
    action: 'Choose another.',
  },
  no_password: { status: 400, meaning: 'No password was typed or piped in.', action: 'Run the command again.' },
  passwords_differ: { status: 400, meaning: 'The two passwords differ.', action: 'Run the command again.' },
  nothing_to_change: { status: 400, meaning: 'The command names no change.', action: 'See `--help` of the command.' },
  user_exists: { status: 409, meaning: 'A user has this e-mail address already.', action: 'Change that user.' },
  no_such_user: { status: 404, meaning: 'There is no such user.', action: 'See `npm run cli -- users list`.' },
  user_genuine: {
    status: 409,
    meaning: 'The row is as the service wrote it.',
    action: 'Nothing: the row needs no approval.',
  },
  user_tampered: {
    status: 409,
    meaning: 'Something other than the service wrote the row of the user.',
    action: 'Look at it with `npm run cli -- users list`, then disable the user or approve the row.',
  },
  unknown_role: { status: 400, meaning: 'No route needs this role.', action: 'See `npm run cli -- roles list`.' },
  unknown_kind: {
    status: 400,
    meaning: 'No module registers this kind of audit event.',
    action: 'Choose a kind that the message lists.',
  },
  no_such_client: {
    status: 404,
    meaning: 'No client of this name is registered.',
    action: 'See `npm run cli -- clients list`.',
  },
  no_sessions: {
    status: 400,
    meaning: 'The command names no sessions.',
    action: 'Give `--subject`, `--from-trail` or `--all`.',
  },
  not_confirmed: { status: 400, meaning: 'An act that cannot be undone was not confirmed.', action: 'Add `--yes`.' },
  bad_file: {
    status: 400,
    meaning: 'The file cannot be read, or is not an audit trail.',
    action: 'Correct what the message names.',
  },
  no_such_job: { status: 404, meaning: 'There is no job of this name.', action: 'See `npm run cli -- jobs list`.' },
  job_runs: { status: 409, meaning: 'A process is already running the job.', action: 'Wait for it.' },
  unknown_migration: {
    status: 409,
    meaning: 'The latest migration is of a module that the command does not load.',
    action: 'Run the command in the folder of its `tessera.config.js`, or name that file with `--config`.',
  },
  no_migration: { status: 404, meaning: 'There is no migration to revert.', action: 'Nothing.' },
});
