-- Every statement that the service runs, by name, with each parameter as the code names it. PostgreSQL gets parameters by number: the
-- comment before a statement has the number and the SQL type of each, and says where null is allowed. Psql takes the parameters of a
-- statement as variables: \set subject ada@example.com, and :'subject' where the statement has :subject.
--
-- These are not here, because their text depends on the request or TypeORM makes it: the statements of a search (src/resource/find-page.ts),
-- the reads and writes of entities, transactions and migrations; nor are commands such as LISTEN, VACUUM, CHECKPOINT and SELECT 1.
--
-- This file is made by `npm run statements`.

-- name: account-sign-ins
-- sent again when its connection broke
-- $1 subject: text
-- $2 limit: int
SELECT
  created_on AS "createdOn",
  kind,
  reason,
  client_id AS "clientId",
  session_id AS "sessionId",
  address,
  user_agent AS "userAgent"
FROM
  (
    SELECT *
    FROM audit_trail_entries
    WHERE subject = :subject
    ORDER BY id DESC
    LIMIT
      5000
  ) recent
WHERE kind IN ('login', 'login-failed')
ORDER BY id DESC
LIMIT
  :limit::int;

-- name: audit-ended-sessions
-- sent again when its connection broke
-- $1 settled: bigint
-- $2 highest: bigint
-- $3 count: int
-- $4 knownSettled: bigint
-- $5 seconds: float8
-- $6 limit: int
WITH
  start AS MATERIALIZED (
    SELECT
      coalesce(
        (
          SELECT id
          FROM audit_trail_entries
          WHERE created_on < now() - make_interval(secs => :seconds::float8)
          ORDER BY
            created_on DESC,
            id DESC
          LIMIT
            1
        ),
        0
      ) AS id
  ),
  base AS MATERIALIZED (
    SELECT
      greatest(:settled::bigint, start.id) AS id,
      :highest::bigint BETWEEN start.id AND coalesce(pg_sequence_last_value (pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0) AS continues,
      start.id AS start
    FROM start
  ),
  position AS MATERIALIZED (
    SELECT
      CASE
        WHEN continues THEN base.id
        ELSE base.start
      END AS settled,
      CASE
        WHEN NOT continues THEN base.start
        WHEN (
          SELECT count(*)::int
          FROM audit_trail_entries
          WHERE
            kind = 'session-ended'
            AND id > base.id
            AND id <= :highest::bigint
        ) = :count::int THEN :highest::bigint
        ELSE base.id
      END AS after
    FROM base
  ),
  page AS MATERIALIZED (
    SELECT
      id,
      session_id
    FROM audit_trail_entries
    WHERE
      kind = 'session-ended'
      AND id > (
        SELECT after
        FROM position
      )
    ORDER BY id
    LIMIT
      :limit::int + 1
  ),
  sent AS MATERIALIZED (
    SELECT
      id,
      session_id
    FROM page
    ORDER BY id
    LIMIT
      :limit::int
  ),
  reached AS MATERIALIZED (
    SELECT
      last.id AS highest,
      least(last.id, greatest(:knownSettled::bigint, position.settled)) AS settled
    FROM
      position,
      (
        SELECT max(id) AS id
        FROM sent
      ) last
  )
SELECT
  ARRAY(
    SELECT session_id::text
    FROM sent
    WHERE session_id IS NOT NULL
    ORDER BY id
  ) AS sessions,
  reached.settled,
  reached.highest,
  (
    SELECT count(*)::int
    FROM audit_trail_entries
    WHERE
      kind = 'session-ended'
      AND id > reached.settled
      AND id <= reached.highest
  ) AS count,
  (
    SELECT count(*)
    FROM page
  ) > :limit::int AS "hasMore",
  coalesce(
    least(
      (
        SELECT max(id)
        FROM audit_trail_entries
      ),
      coalesce(pg_sequence_last_value (pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0)
    ),
    0
  ) AS newest,
  ARRAY(
    SELECT DISTINCT
      virtualtransaction
    FROM pg_locks
    WHERE
      relation = 'audit_trail_entries'::regclass
      AND database = (
        SELECT oid
        FROM pg_database
        WHERE datname = current_database()
      )
      AND mode = 'RowExclusiveLock'
      AND granted
      AND pid IS DISTINCT FROM pg_backend_pid()
  ) AS writers
FROM reached;

-- name: audit-erase-lock
-- $1 id: bigint
WITH
  seal AS MATERIALIZED (
    SELECT *
    FROM audit_seals
    WHERE
      id = :id
      AND pruned_on IS NULL
    FOR UPDATE
  )
SELECT e.id
FROM
  seal
  JOIN audit_trail_entries e ON e.id BETWEEN seal.from_id AND seal.to_id
FOR UPDATE OF
  e;

-- name: audit-erase-note
-- $1 id: bigint
-- $2 erasures: text
-- $3 erasedMac: text
UPDATE audit_seals
SET
  erasures = :erasures::text::jsonb,
  erased_mac = :erasedMac
WHERE id = :id;

-- name: audit-erase-range
-- $1 name: text
-- $2 quoted: text
-- $3 sessions: uuid[]
-- $4 pseudonym: text
-- $5 quotedPseudonym: text
-- $6 fromId: bigint
-- $7 toId: bigint
WITH
  erased AS (
    UPDATE audit_trail_entries e
    SET
      subject = CASE
        WHEN e.subject = :name THEN :pseudonym::text
        ELSE e.subject
      END,
      actor = CASE
        WHEN e.actor = :name THEN :pseudonym::text
        ELSE e.actor
      END,
      client_id = CASE
        WHEN e.client_id = :name THEN :pseudonym::text
        ELSE e.client_id
      END,
      address = CASE
        WHEN e.address IS NOT NULL
        AND (
          e.actor = :name
          OR e.actor IN ('unknown', 'client')
          AND (
            e.subject = :name
            OR e.subject IS NULL
            AND e.session_id = ANY (:sessions)
          )
        ) THEN :pseudonym::text
        ELSE e.address
      END,
      user_agent = CASE
        WHEN e.user_agent IS NOT NULL
        AND (
          e.actor = :name
          OR e.actor IN ('unknown', 'client')
          AND (
            e.subject = :name
            OR e.subject IS NULL
            AND e.session_id = ANY (:sessions)
          )
        ) THEN :pseudonym::text
        ELSE e.user_agent
      END,
      last_address = CASE
        WHEN e.last_address IS NOT NULL
        AND (
          e.subject = :name
          OR e.subject IS NULL
          AND e.session_id = ANY (:sessions)
        ) THEN :pseudonym::text
        ELSE e.last_address
      END,
      last_user_agent = CASE
        WHEN e.last_user_agent IS NOT NULL
        AND (
          e.subject = :name
          OR e.subject IS NULL
          AND e.session_id = ANY (:sessions)
        ) THEN :pseudonym::text
        ELSE e.last_user_agent
      END,
      changes = coalesce(
        (
          SELECT
            jsonb_agg(
              CASE
                WHEN e.resource = 'User'
                AND e.subject = :name
                AND change ->> 'PropertyName' IN ('Email', 'FullName', 'SystemId') THEN change || jsonb_build_object(
                  'OldValue',
                  CASE
                    WHEN change ->> 'OldValue' IS NOT NULL THEN :pseudonym::text
                  END,
                  'NewValue',
                  CASE
                    WHEN change ->> 'NewValue' IS NOT NULL THEN :pseudonym::text
                  END
                )
                ELSE change
              END
              ORDER BY place
            )
          FROM
            jsonb_array_elements(replace(e.changes::text, :quoted, :quotedPseudonym)::jsonb) WITH ORDINALITY AS c (change, place)
        ),
        e.changes
      )
    WHERE
      e.id BETWEEN :fromId AND :toId
      AND (
        e.subject = :name
        OR e.actor = :name
        OR e.client_id = :name
        OR strpos(e.changes::text, :quoted) > 0
        OR e.subject IS NULL
        AND e.session_id = ANY (:sessions)
        AND coalesce(e.address, e.user_agent, e.last_address, e.last_user_agent) <> :pseudonym::text
      )
    RETURNING e.id
  )
SELECT
  count(*)::int AS count,
  extract(
    epoch
    FROM date_trunc('second', now())
  )::float8 AS "erasedOn"
FROM erased;

-- name: audit-erase-seals
-- $1 after: bigint
-- $2 limit: bigint
-- $3 name: text
-- $4 quoted: text
-- $5 sessions: uuid[]
-- $6 pseudonym: text
SELECT
  s.id,
  EXISTS (
    SELECT
    FROM audit_trail_entries e
    WHERE
      e.id BETWEEN s.from_id AND s.to_id
      AND (
        e.subject = :name
        OR e.actor = :name
        OR e.client_id = :name
        OR strpos(e.changes::text, :quoted) > 0
        OR e.subject IS NULL
        AND e.session_id = ANY (:sessions)
        AND coalesce(e.address, e.user_agent, e.last_address, e.last_user_agent) <> :pseudonym::text
      )
  ) AS "isNaming"
FROM
  (
    SELECT *
    FROM audit_seals
    WHERE
      id > :after
      AND pruned_on IS NULL
    ORDER BY id
    LIMIT
      :limit
  ) s
ORDER BY s.id;

-- name: audit-erase-unsealed
-- $1 name: text
-- $2 quoted: text
-- $3 sessions: uuid[]
-- $4 pseudonym: text
-- $5 quotedPseudonym: text
-- $6 after: bigint
-- $7 upTo: bigint
WITH
  erased AS (
    UPDATE audit_trail_entries e
    SET
      subject = CASE
        WHEN e.subject = :name THEN :pseudonym::text
        ELSE e.subject
      END,
      actor = CASE
        WHEN e.actor = :name THEN :pseudonym::text
        ELSE e.actor
      END,
      client_id = CASE
        WHEN e.client_id = :name THEN :pseudonym::text
        ELSE e.client_id
      END,
      address = CASE
        WHEN e.address IS NOT NULL
        AND (
          e.actor = :name
          OR e.actor IN ('unknown', 'client')
          AND (
            e.subject = :name
            OR e.subject IS NULL
            AND e.session_id = ANY (:sessions)
          )
        ) THEN :pseudonym::text
        ELSE e.address
      END,
      user_agent = CASE
        WHEN e.user_agent IS NOT NULL
        AND (
          e.actor = :name
          OR e.actor IN ('unknown', 'client')
          AND (
            e.subject = :name
            OR e.subject IS NULL
            AND e.session_id = ANY (:sessions)
          )
        ) THEN :pseudonym::text
        ELSE e.user_agent
      END,
      last_address = CASE
        WHEN e.last_address IS NOT NULL
        AND (
          e.subject = :name
          OR e.subject IS NULL
          AND e.session_id = ANY (:sessions)
        ) THEN :pseudonym::text
        ELSE e.last_address
      END,
      last_user_agent = CASE
        WHEN e.last_user_agent IS NOT NULL
        AND (
          e.subject = :name
          OR e.subject IS NULL
          AND e.session_id = ANY (:sessions)
        ) THEN :pseudonym::text
        ELSE e.last_user_agent
      END,
      changes = coalesce(
        (
          SELECT
            jsonb_agg(
              CASE
                WHEN e.resource = 'User'
                AND e.subject = :name
                AND change ->> 'PropertyName' IN ('Email', 'FullName', 'SystemId') THEN change || jsonb_build_object(
                  'OldValue',
                  CASE
                    WHEN change ->> 'OldValue' IS NOT NULL THEN :pseudonym::text
                  END,
                  'NewValue',
                  CASE
                    WHEN change ->> 'NewValue' IS NOT NULL THEN :pseudonym::text
                  END
                )
                ELSE change
              END
              ORDER BY place
            )
          FROM
            jsonb_array_elements(replace(e.changes::text, :quoted, :quotedPseudonym)::jsonb) WITH ORDINALITY AS c (change, place)
        ),
        e.changes
      )
    WHERE
      e.id > :after
      AND e.id <= :upTo
      AND e.id > (
        SELECT coalesce(max(to_id), 0)
        FROM audit_seals
      )
      AND (
        e.subject = :name
        OR e.actor = :name
        OR e.client_id = :name
        OR strpos(e.changes::text, :quoted) > 0
        OR e.subject IS NULL
        AND e.session_id = ANY (:sessions)
        AND coalesce(e.address, e.user_agent, e.last_address, e.last_user_agent) <> :pseudonym::text
      )
    RETURNING e.id
  )
SELECT
  count(*)::int AS count,
  extract(
    epoch
    FROM date_trunc('second', now())
  )::float8 AS "erasedOn"
FROM erased;

-- name: audit-erasers
-- $1 pseudonyms: text[]
SELECT
  subject AS pseudonym,
  actor AS by
FROM audit_trail_entries
WHERE
  subject = ANY (:pseudonyms)
  AND kind = 'user-erased';

-- name: audit-export-page
-- $1 afterTime: timestamptz
-- $2 afterId: bigint
-- $3 untilTime: timestamptz or null
-- $4 untilId: bigint or null
-- $5 kinds: text[] or null
SELECT
  id,
  created_on AS "createdOn",
  kind,
  actor,
  reason,
  subject,
  client_id AS "clientId",
  session_id AS "sessionId",
  record_ids AS "recordIds",
  address,
  user_agent AS "userAgent",
  request_id AS "requestId",
  last_address AS "lastAddress",
  last_user_agent AS "lastUserAgent",
  last_request_id AS "lastRequestId",
  last_redeemed_on AS "lastRedeemedOn",
  resource,
  changes
FROM audit_trail_entries
WHERE
  (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
  AND (
    :untilTime::timestamptz IS NULL
    OR (created_on, id) <= (:untilTime::timestamptz, :untilId::bigint)
  )
  AND (
    :kinds::text[] IS NULL
    OR kind = ANY (:kinds::text[])
  )
ORDER BY
  created_on,
  id;

-- name: audit-export-page-end
-- $1 afterTime: timestamptz
-- $2 afterId: bigint
-- $3 size: int
SELECT
  created_on AS "createdOn",
  id
FROM audit_trail_entries
WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
ORDER BY
  created_on,
  id
OFFSET
  :size::int - 1
LIMIT
  1;

-- name: audit-newest
SELECT
  least(max(id), pg_sequence_last_value (pg_get_serial_sequence('audit_trail_entries', 'id')::regclass)) AS id,
  ARRAY(
    SELECT DISTINCT
      virtualtransaction
    FROM pg_locks
    WHERE
      relation = 'audit_trail_entries'::regclass
      AND database = (
        SELECT oid
        FROM pg_database
        WHERE datname = current_database()
      )
      AND mode = 'RowExclusiveLock'
      AND granted
      AND pid IS DISTINCT FROM pg_backend_pid()
  ) AS writers
FROM audit_trail_entries;

-- name: audit-outside-seals
SELECT
  (
    SELECT count(*)::int
    FROM audit_trail_entries
    WHERE
      id < coalesce(
        (
          SELECT max(to_id) + 1
          FROM audit_seals
          WHERE pruned_on IS NOT NULL
        ),
        1
      )
  ) AS before,
  (
    SELECT count(*)::int
    FROM audit_trail_entries
    WHERE
      id > (
        SELECT coalesce(max(to_id), 0)
        FROM audit_seals
      )
  ) AS unsealed,
  (
    SELECT count(*)::int
    FROM audit_trail_entries
    WHERE
      id > coalesce(pg_sequence_last_value (pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0)
  ) AS ahead;

-- name: audit-person-page
-- $1 after: bigint
-- $2 upTo: bigint
-- $3 name: text
-- $4 quoted: text
-- $5 sessions: uuid[]
-- $6 pseudonym: text
SELECT
  id,
  created_on AS "createdOn",
  kind,
  actor,
  reason,
  subject,
  client_id AS "clientId",
  session_id AS "sessionId",
  record_ids AS "recordIds",
  address,
  user_agent AS "userAgent",
  request_id AS "requestId",
  last_address AS "lastAddress",
  last_user_agent AS "lastUserAgent",
  last_request_id AS "lastRequestId",
  last_redeemed_on AS "lastRedeemedOn",
  resource,
  changes
FROM audit_trail_entries e
WHERE
  e.id > :after
  AND e.id <= :upTo
  AND (
    e.subject = :name
    OR e.actor = :name
    OR e.client_id = :name
    OR strpos(e.changes::text, :quoted) > 0
    OR e.subject IS NULL
    AND e.session_id = ANY (:sessions)
    AND coalesce(e.address, e.user_agent, e.last_address, e.last_user_agent) <> :pseudonym::text
  )
ORDER BY e.id;

-- name: audit-person-page-end
-- $1 after: bigint
-- $2 size: bigint
SELECT max(id) AS "upTo"
FROM
  (
    SELECT id
    FROM audit_trail_entries
    WHERE id > :after
    ORDER BY id
    LIMIT
      :size
  ) page;

-- name: audit-person-sessions
-- $1 subjects: text[]
SELECT DISTINCT
  session_id AS "sessionId"
FROM audit_trail_entries
WHERE
  subject = ANY (:subjects)
  AND session_id IS NOT NULL;

-- name: audit-read-page
-- sent again when its connection broke
-- $1 ids: bigint[]
-- $2 smallBytes: bigint
WITH
  act AS (
    SELECT
      t.*,
      17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent, resource, changes)) + 1000 AS bytes
    FROM audit_trail_entries t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ),
  page AS (
    SELECT coalesce(sum(bytes), 0) <= :smallBytes::bigint AS fits
    FROM act
  )
SELECT
  act.id AS "foundId",
  act.bytes::int,
  page.fits,
  shown.*
FROM
  page,
  act
  LEFT JOIN LATERAL (
    SELECT
      id,
      created_on AS "createdOn",
      kind,
      actor,
      reason,
      subject,
      client_id AS "clientId",
      session_id AS "sessionId",
      record_ids AS "recordIds",
      address,
      user_agent AS "userAgent",
      request_id AS "requestId",
      last_address AS "lastAddress",
      last_user_agent AS "lastUserAgent",
      last_request_id AS "lastRequestId",
      last_redeemed_on AS "lastRedeemedOn",
      resource,
      changes
    WHERE page.fits
  ) shown ON true;

-- name: audit-read-slice
-- sent again when its connection broke
-- $1 ids: bigint[]
SELECT
  id,
  created_on AS "createdOn",
  kind,
  actor,
  reason,
  subject,
  client_id AS "clientId",
  session_id AS "sessionId",
  record_ids AS "recordIds",
  address,
  user_agent AS "userAgent",
  request_id AS "requestId",
  last_address AS "lastAddress",
  last_user_agent AS "lastUserAgent",
  last_request_id AS "lastRequestId",
  last_redeemed_on AS "lastRedeemedOn",
  resource,
  changes
FROM
  (
    SELECT
      t.*,
      17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent, resource, changes)) + 1000 AS bytes
    FROM audit_trail_entries t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act;

-- name: audit-record
-- $1 kind: text
-- $2 actor: text
-- $3 reason: text or null
-- $4 address: text or null
-- $5 userAgent: text or null
-- $6 requestId: text or null
-- $7 subject: text or null
-- $8 clientId: text or null
-- $9 sessionId: uuid or null
-- $10 recordIds: bigint[]
-- $11 lastAddress: text or null
-- $12 lastUserAgent: text or null
-- $13 lastRequestId: text or null
-- $14 lastRedeemedOn: timestamptz or null
-- $15 resource: text or null
-- $16 changes: text or null
INSERT INTO
  audit_trail_entries (
    kind,
    actor,
    reason,
    address,
    user_agent,
    request_id,
    subject,
    client_id,
    session_id,
    record_ids,
    last_address,
    last_user_agent,
    last_request_id,
    last_redeemed_on,
    resource,
    changes
  )
VALUES
  (
    :kind,
    :actor,
    :reason,
    :address,
    :userAgent,
    :requestId,
    :subject,
    :clientId,
    :sessionId,
    :recordIds,
    :lastAddress,
    :lastUserAgent,
    :lastRequestId,
    :lastRedeemedOn,
    :resource,
    :changes::text::jsonb
  );

-- name: audit-record-resource-act
-- $1 kind: text
-- $2 actor: text
-- $3 reason: text or null
-- $4 address: text or null
-- $5 userAgent: text or null
-- $6 requestId: text or null
-- $7 recordIds: bigint[]
-- $8 resource: text
INSERT INTO
  audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
VALUES (:kind, :actor, :reason, :address, :userAgent, :requestId, :recordIds, :resource)
RETURNING created_on AS "createdOn";

-- name: audit-record-within-bounds
-- $1 kind: text
-- $2 actor: text
-- $3 reason: text or null
-- $4 address: text or null
-- $5 userAgent: text or null
-- $6 requestId: text or null
-- $7 subject: text or null
-- $8 clientId: text or null
-- $9 sessionId: uuid or null
-- $10 recordIds: bigint[]
-- $11 lastAddress: text or null
-- $12 lastUserAgent: text or null
-- $13 lastRequestId: text or null
-- $14 lastRedeemedOn: timestamptz or null
-- $15 resource: text or null
INSERT INTO
  audit_trail_entries (
    kind,
    actor,
    reason,
    address,
    user_agent,
    request_id,
    subject,
    client_id,
    session_id,
    record_ids,
    last_address,
    last_user_agent,
    last_request_id,
    last_redeemed_on,
    resource
  )
SELECT
  :kind::text,
  :actor::text,
  :reason::text,
  :address::text,
  :userAgent::text,
  :requestId::text,
  :subject::text,
  :clientId::text,
  :sessionId::uuid,
  :recordIds::bigint[],
  :lastAddress::text,
  :lastUserAgent::text,
  :lastRequestId::text,
  :lastRedeemedOn::timestamptz,
  :resource::text
WHERE
  (
    SELECT count(*)
    FROM
      (
        SELECT
        FROM audit_trail_entries
        WHERE
          session_id = :sessionId::uuid
          AND kind = :kind::text
          AND reason = :reason::text
          AND created_on > now() - interval '1 minute'
        LIMIT
          10
      ) recent
  ) < 10;

-- name: audit-seal-delete-range
-- $1 fromId: bigint
-- $2 toId: bigint
WITH
  deleted AS (
    DELETE FROM audit_trail_entries
    WHERE id BETWEEN :fromId AND :toId
    RETURNING id
  )
SELECT count(*)::int AS count
FROM deleted;

-- name: audit-seal-expired
-- $1 seconds: float8
SELECT
  s.id,
  s.version,
  s.from_id AS "fromId",
  s.to_id AS "toId",
  s.count,
  extract(
    epoch
    FROM s.newest_on
  )::float8 AS "newestOn",
  s.digest,
  s.previous,
  s.link,
  s.mac,
  extract(
    epoch
    FROM s.created_on
  )::float8 AS "createdOn",
  extract(
    epoch
    FROM s.pruned_on
  )::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac",
  s.erasures,
  s.erased_mac AS "erasedMac",
  found.*,
  extract(
    epoch
    FROM date_trunc('second', now())
  )::float8 AS now
FROM
  (
    SELECT *
    FROM audit_seals
    WHERE
      id = (
        SELECT min(id)
        FROM audit_seals
        WHERE pruned_on IS NULL
      )
      AND newest_on < now() - make_interval(secs => :seconds::float8)
    FOR UPDATE
      SKIP LOCKED
  ) s
  CROSS JOIN LATERAL (
    SELECT
      count(*)::int AS "foundCount",
      encode(
        sha256(
          coalesce(
            string_agg(
              sha256(
                convert_to(
                  (
                    CASE s.version
                      WHEN 1 THEN jsonb_build_array(
                        e.id,
                        extract(
                          epoch
                          FROM e.created_on
                        ),
                        e.kind,
                        e.actor,
                        e.reason,
                        e.subject,
                        e.client_id,
                        e.session_id,
                        e.record_ids,
                        e.address,
                        e.user_agent,
                        e.request_id,
                        e.last_address,
                        e.last_user_agent,
                        e.last_request_id,
                        extract(
                          epoch
                          FROM e.last_redeemed_on
                        )
                      )
                      WHEN 2 THEN jsonb_build_array(
                        e.id,
                        extract(
                          epoch
                          FROM e.created_on
                        ),
                        e.kind,
                        e.actor,
                        e.reason,
                        e.subject,
                        e.client_id,
                        e.session_id,
                        e.record_ids,
                        e.address,
                        e.user_agent,
                        e.request_id,
                        e.last_address,
                        e.last_user_agent,
                        e.last_request_id,
                        extract(
                          epoch
                          FROM e.last_redeemed_on
                        ),
                        e.resource,
                        e.changes
                      )
                    END
                  )::text,
                  'UTF8'
                )
              ),
              ''
              ORDER BY e.id
            ),
            ''
          )
        ),
        'hex'
      ) AS "foundDigest"
    FROM audit_trail_entries e
    WHERE e.id BETWEEN s.from_id AND s.to_id
  ) found;

-- name: audit-seal-from
-- $1 after: bigint
-- $2 limit: bigint
SELECT
  s.id,
  s.version,
  s.from_id AS "fromId",
  s.to_id AS "toId",
  s.count,
  extract(
    epoch
    FROM s.newest_on
  )::float8 AS "newestOn",
  s.digest,
  s.previous,
  s.link,
  s.mac,
  extract(
    epoch
    FROM s.created_on
  )::float8 AS "createdOn",
  extract(
    epoch
    FROM s.pruned_on
  )::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac",
  s.erasures,
  s.erased_mac AS "erasedMac"
FROM audit_seals s
WHERE s.id > :after
ORDER BY s.id
LIMIT
  :limit;

-- name: audit-seal-insert
-- $1 id: bigint
-- $2 version: int
-- $3 fromId: bigint
-- $4 toId: bigint
-- $5 count: int
-- $6 newestOn: float8
-- $7 digest: text
-- $8 previous: text
-- $9 createdOn: float8
-- $10 link: text
-- $11 mac: text
INSERT INTO
  audit_seals (id, version, from_id, to_id, count, newest_on, digest, previous, created_on, link, mac)
VALUES
  (
    :id,
    :version,
    :fromId,
    :toId,
    :count,
    to_timestamp(:newestOn),
    :digest,
    :previous,
    to_timestamp(:createdOn),
    :link,
    :mac
  )
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: audit-seal-latest
-- $1 earlier: bigint
SELECT
  s.id,
  s.version,
  s.from_id AS "fromId",
  s.to_id AS "toId",
  s.count,
  extract(
    epoch
    FROM s.newest_on
  )::float8 AS "newestOn",
  s.digest,
  s.previous,
  s.link,
  s.mac,
  extract(
    epoch
    FROM s.created_on
  )::float8 AS "createdOn",
  extract(
    epoch
    FROM s.pruned_on
  )::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac",
  s.erasures,
  s.erased_mac AS "erasedMac",
  (
    SELECT link
    FROM audit_seals
    WHERE id = :earlier
  ) AS known
FROM audit_seals s
ORDER BY s.id DESC
LIMIT
  1;

-- name: audit-seal-lock
-- not prepared: PostgreSQL does not see the name
-- $1 lock: bigint
SELECT pg_advisory_xact_lock(:lock);

-- name: audit-seal-measure
-- $1 fromId: bigint
-- $2 upTo: bigint
-- $3 limit: bigint
-- $4 version: int
SELECT
  count(*)::int AS count,
  max(e.id) AS "toId",
  encode(
    sha256(
      coalesce(
        string_agg(
          sha256(
            convert_to(
              (
                CASE :version::int
                  WHEN 1 THEN jsonb_build_array(
                    e.id,
                    extract(
                      epoch
                      FROM e.created_on
                    ),
                    e.kind,
                    e.actor,
                    e.reason,
                    e.subject,
                    e.client_id,
                    e.session_id,
                    e.record_ids,
                    e.address,
                    e.user_agent,
                    e.request_id,
                    e.last_address,
                    e.last_user_agent,
                    e.last_request_id,
                    extract(
                      epoch
                      FROM e.last_redeemed_on
                    )
                  )
                  WHEN 2 THEN jsonb_build_array(
                    e.id,
                    extract(
                      epoch
                      FROM e.created_on
                    ),
                    e.kind,
                    e.actor,
                    e.reason,
                    e.subject,
                    e.client_id,
                    e.session_id,
                    e.record_ids,
                    e.address,
                    e.user_agent,
                    e.request_id,
                    e.last_address,
                    e.last_user_agent,
                    e.last_request_id,
                    extract(
                      epoch
                      FROM e.last_redeemed_on
                    ),
                    e.resource,
                    e.changes
                  )
                END
              )::text,
              'UTF8'
            )
          ),
          ''
          ORDER BY e.id
        ),
        ''
      )
    ),
    'hex'
  ) AS digest,
  extract(
    epoch
    FROM date_trunc('second', max(e.created_on))
  )::float8 AS "newestOn",
  extract(
    epoch
    FROM date_trunc('second', now())
  )::float8 AS "createdOn"
FROM
  (
    SELECT *
    FROM audit_trail_entries
    WHERE
      id >= :fromId
      AND id <= :upTo
    ORDER BY id
    LIMIT
      :limit
  ) e;

-- name: audit-seal-measured-from
-- $1 after: bigint
-- $2 limit: bigint
SELECT
  s.id,
  s.version,
  s.from_id AS "fromId",
  s.to_id AS "toId",
  s.count,
  extract(
    epoch
    FROM s.newest_on
  )::float8 AS "newestOn",
  s.digest,
  s.previous,
  s.link,
  s.mac,
  extract(
    epoch
    FROM s.created_on
  )::float8 AS "createdOn",
  extract(
    epoch
    FROM s.pruned_on
  )::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac",
  s.erasures,
  s.erased_mac AS "erasedMac",
  found.*
FROM
  (
    SELECT *
    FROM audit_seals
    WHERE id > :after
    ORDER BY id
    LIMIT
      :limit
  ) s
  CROSS JOIN LATERAL (
    SELECT
      count(*)::int AS "foundCount",
      encode(
        sha256(
          coalesce(
            string_agg(
              sha256(
                convert_to(
                  (
                    CASE s.version
                      WHEN 1 THEN jsonb_build_array(
                        e.id,
                        extract(
                          epoch
                          FROM e.created_on
                        ),
                        e.kind,
                        e.actor,
                        e.reason,
                        e.subject,
                        e.client_id,
                        e.session_id,
                        e.record_ids,
                        e.address,
                        e.user_agent,
                        e.request_id,
                        e.last_address,
                        e.last_user_agent,
                        e.last_request_id,
                        extract(
                          epoch
                          FROM e.last_redeemed_on
                        )
                      )
                      WHEN 2 THEN jsonb_build_array(
                        e.id,
                        extract(
                          epoch
                          FROM e.created_on
                        ),
                        e.kind,
                        e.actor,
                        e.reason,
                        e.subject,
                        e.client_id,
                        e.session_id,
                        e.record_ids,
                        e.address,
                        e.user_agent,
                        e.request_id,
                        e.last_address,
                        e.last_user_agent,
                        e.last_request_id,
                        extract(
                          epoch
                          FROM e.last_redeemed_on
                        ),
                        e.resource,
                        e.changes
                      )
                    END
                  )::text,
                  'UTF8'
                )
              ),
              ''
              ORDER BY e.id
            ),
            ''
          )
        ),
        'hex'
      ) AS "foundDigest"
    FROM audit_trail_entries e
    WHERE e.id BETWEEN s.from_id AND s.to_id
  ) found
ORDER BY s.id;

-- name: audit-seal-newest
SELECT max(id) AS id
FROM audit_seals;

-- name: audit-seal-prune
-- $1 id: bigint
-- $2 prunedOn: float8
-- $3 prunedMac: text
WITH
  earlier AS (
    DELETE FROM audit_seals
    WHERE id < :id
  )
UPDATE audit_seals
SET
  pruned_on = to_timestamp(:prunedOn),
  pruned_mac = :prunedMac
WHERE id = :id;

-- name: audit-seal-renew
-- $1 id: bigint[]
-- $2 earlierMac: text[]
-- $3 earlierErasedMac: text[] with null elements
-- $4 mac: text[]
-- $5 prunedMac: text[] with null elements
-- $6 erasedMac: text[] with null elements
UPDATE audit_seals s
SET
  mac = n.mac,
  pruned_mac = n.pruned_mac,
  erased_mac = n.erased_mac
FROM
  unnest(:id::bigint[], :earlierMac::text[], :earlierErasedMac::text[], :mac::text[], :prunedMac::text[], :erasedMac::text[]) AS n (id, earlier_mac, earlier_erased_mac, mac, pruned_mac, erased_mac)
WHERE
  s.id = n.id
  AND s.mac = n.earlier_mac
  AND s.erased_mac IS NOT DISTINCT FROM n.earlier_erased_mac;

-- name: audit-still-writing
-- $1 writers: text[]
SELECT count(*)::int AS count
FROM pg_locks
WHERE
  relation = 'audit_trail_entries'::regclass
  AND database = (
    SELECT oid
    FROM pg_database
    WHERE datname = current_database()
  )
  AND mode = 'RowExclusiveLock'
  AND granted
  AND pid IS DISTINCT FROM pg_backend_pid()
  AND virtualtransaction = ANY (:writers::text[]);

-- name: audit-unsealed-age
SELECT
  extract(
    epoch
    FROM now() - created_on
  )::float8 AS value
FROM audit_trail_entries
WHERE
  id > (
    SELECT coalesce(max(to_id), 0)
    FROM audit_seals
  )
ORDER BY id
LIMIT
  1;

-- name: client-add-secret
-- $1 id: bigint
-- $2 hash: text
UPDATE clients
SET
  previous_secret_hash = secret_hash,
  previous_secret_made_on = secret_made_on,
  secret_hash = :hash::text,
  secret_made_on = date_trunc('second', now())
WHERE id = :id
RETURNING
  secret_made_on AS "madeOn",
  previous_secret_made_on AS "previousMadeOn";

-- name: client-allow-several-sessions
-- not prepared: PostgreSQL does not see the name
DROP INDEX IF EXISTS refresh_tokens_session;

-- name: client-assertion-forget
-- $1 limit: bigint
DELETE FROM client_assertions
WHERE
  digest IN (
    SELECT digest
    FROM client_assertions
    WHERE expires_on < now()
    ORDER BY expires_on
    LIMIT
      :limit
  )
RETURNING digest;

-- name: client-assertion-spend
-- $1 digest: text
-- $2 expires: float8
-- $3 begins: float8
WITH
  clock AS (
    SELECT
      extract(
        epoch
        FROM now()
      )::float8 AS now
  ),
  spent AS (
    INSERT INTO
      client_assertions (digest, expires_on)
    SELECT
      :digest,
      to_timestamp(:expires::float8 + 60)
    FROM clock
    WHERE
      :expires::float8 > now - 60
      AND :expires::float8 <= now + 3660
      AND :begins::float8 <= now + 60
    ON CONFLICT (digest) DO NOTHING
    RETURNING digest
  )
SELECT
  now,
  EXISTS (
    SELECT
    FROM spent
  ) AS "isSpent"
FROM clock;

-- name: client-drop-secrets
-- $1 id: bigint
UPDATE clients
SET
  secret_hash = NULL,
  secret_made_on = NULL,
  previous_secret_hash = NULL,
  previous_secret_made_on = NULL
WHERE id = :id;

-- name: client-principals
-- sent again when its connection broke
-- $1 clientId: text[]
-- $2 issued: float8[]
-- $3 expires: float8[]
SELECT
  batch.ordinal::int,
  client.client_id AS "clientId",
  client.allowed_grants AS "allowedGrants",
  client.roles,
  client.mac,
  least(batch.expires, batch.issued + client.access_token_ttl) AS expires,
  now() AS now
FROM
  unnest(
    (SELECT :clientId::text[]),
    (SELECT :issued::float8[]),
    (SELECT :expires::float8[])
  ) WITH ORDINALITY AS batch (client_id, issued, expires, ordinal)
  JOIN clients client ON client.client_id = batch.client_id
WHERE
  client.enabled
  AND client.authentication_method <> 'none'
  AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
  AND to_timestamp(batch.issued) >= client.created_on;

-- name: client-registry
-- sent again when its connection broke
-- $1 known: text or null
SELECT
  registry.digest,
  c.id,
  c.client_id AS "clientId",
  c.name,
  c.enabled,
  c.authentication_method AS "authenticationMethod",
  c.jwks_uri AS "jwksUri",
  c.jwks,
  c.allowed_grants AS "allowedGrants",
  c.allowed_origins AS "allowedOrigins",
  c.access_token_ttl AS "accessTokenTtl",
  c.refresh_token_ttl AS "refreshTokenTtl",
  c.refresh_token_max_age AS "refreshTokenMaxAge",
  c.refresh_retry_window AS "refreshRetryWindow",
  c.refresh_lost_answer_window AS "refreshLostAnswerWindow",
  c.sessions_per_user AS "sessionsPerUser",
  c.dpop_required AS "dpopRequired",
  c.audience,
  c.roles,
  c.mac,
  array_remove(ARRAY[c.secret_hash, c.previous_secret_hash], NULL) AS "secretHashes"
FROM
  (
    SELECT
      encode(
        sha256(
          convert_to(
            coalesce(
              string_agg(
                id || ' ' || xmin::text,
                ','
                ORDER BY id
              ),
              ''
            ),
            'UTF8'
          )
        ),
        'base64'
      ) AS digest
    FROM clients
  ) registry
  LEFT JOIN clients c ON registry.digest IS DISTINCT FROM :known::text;

-- name: client-replace-mac
-- not prepared: PostgreSQL does not see the name
-- $1 earlier: text
-- $2 mac: text
UPDATE clients
SET
  mac = :mac
WHERE mac = :earlier;

-- name: client-retire-secret
-- $1 id: bigint
UPDATE clients
SET
  previous_secret_hash = NULL,
  previous_secret_made_on = NULL
WHERE
  id = :id
  AND previous_secret_hash IS NOT NULL
RETURNING id;

-- name: client-set-mac
-- $1 id: bigint
-- $2 mac: text
UPDATE clients
SET
  mac = :mac
WHERE id = :id;

-- name: client-signed-of
-- $1 id: bigint
SELECT
  c.client_id AS "clientId",
  c.authentication_method AS "authenticationMethod",
  c.jwks_uri AS "jwksUri",
  c.jwks,
  c.roles,
  c.mac,
  array_remove(ARRAY[c.secret_hash, c.previous_secret_hash], NULL) AS "secretHashes"
FROM clients c
WHERE c.id = :id;

-- name: client-signed-of-all
-- not prepared: PostgreSQL does not see the name
SELECT
  c.client_id AS "clientId",
  c.authentication_method AS "authenticationMethod",
  c.jwks_uri AS "jwksUri",
  c.jwks,
  c.roles,
  c.mac,
  array_remove(ARRAY[c.secret_hash, c.previous_secret_hash], NULL) AS "secretHashes"
FROM clients c;

-- name: clients-create
-- $1 uniqueId: uuid
-- $2 updatedBy: text
-- $3 ClientId: text
-- $4 Name: text
-- $5 Description: text or null
-- $6 Enabled: boolean
-- $7 AuthenticationMethod: text
-- $8 JwksUri: text or null
-- $9 Jwks: text or null
-- $10 AllowedGrants: text or null
-- $11 AllowedOrigins: text or null
-- $12 AccessTokenTtl: bigint or null
-- $13 RefreshTokenTtl: bigint or null
-- $14 RefreshTokenMaxAge: bigint or null
-- $15 RefreshRetryWindow: bigint or null
-- $16 RefreshLostAnswerWindow: bigint or null
-- $17 SessionsPerUser: bigint or null
-- $18 DpopRequired: boolean
-- $19 Audience: text or null
-- $20 Roles: text or null
-- $21 SystemId: text or null
-- $22 kind: text
-- $23 actor: text
-- $24 reason: text or null
-- $25 address: text or null
-- $26 userAgent: text or null
-- $27 requestId: text or null
-- $28 changes: text or null
WITH
  act AS (
    INSERT INTO
      "clients" (
        unique_id,
        updated_by,
        "client_id",
        "name",
        "description",
        "enabled",
        "authentication_method",
        "jwks_uri",
        "jwks",
        "allowed_grants",
        "allowed_origins",
        "access_token_ttl",
        "refresh_token_ttl",
        "refresh_token_max_age",
        "refresh_retry_window",
        "refresh_lost_answer_window",
        "sessions_per_user",
        "dpop_required",
        "audience",
        "roles",
        "system_id"
      )
    VALUES
      (
        :uniqueId,
        :updatedBy,
        :ClientId,
        :Name,
        :Description,
        :Enabled,
        :AuthenticationMethod,
        :JwksUri,
        :Jwks,
        :AllowedGrants,
        :AllowedOrigins,
        :AccessTokenTtl,
        :RefreshTokenTtl,
        :RefreshTokenMaxAge,
        :RefreshRetryWindow,
        :RefreshLostAnswerWindow,
        :SessionsPerUser,
        :DpopRequired,
        :Audience,
        :Roles,
        :SystemId
      )
    RETURNING
      id,
      updated_on,
      updated_by
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource, changes)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      ARRAY[id],
      'Client',
      :changes::text::jsonb
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy"
FROM act;

-- name: clients-delete
-- $1 id: bigint
-- $2 author: text
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
-- $9 changes: text or null
WITH
  act AS (
    DELETE FROM "clients"
    WHERE id = :id
    RETURNING
      id,
      date_trunc('second', now()) AS updated_on,
      :author::text AS updated_by
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource, changes)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      ARRAY[id],
      'Client',
      :changes::text::jsonb
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy"
FROM act;

-- name: clients-lock
-- $1 ids: bigint[]
SELECT
  id,
  "ClientId",
  "Name",
  "Description",
  "Enabled",
  "AuthenticationMethod",
  "JwksUri",
  "Jwks",
  "AllowedGrants",
  "AllowedOrigins",
  "AccessTokenTtl",
  "RefreshTokenTtl",
  "RefreshTokenMaxAge",
  "RefreshRetryWindow",
  "RefreshLostAnswerWindow",
  "SessionsPerUser",
  "DpopRequired",
  "Audience",
  "Roles",
  "SecretMadeOn",
  "PreviousSecretMadeOn",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM
  (
    SELECT
      id,
      "client_id" AS "ClientId",
      "name" AS "Name",
      "description" AS "Description",
      "enabled" AS "Enabled",
      "authentication_method" AS "AuthenticationMethod",
      "jwks_uri" AS "JwksUri",
      "jwks" AS "Jwks",
      "allowed_grants" AS "AllowedGrants",
      "allowed_origins" AS "AllowedOrigins",
      "access_token_ttl" AS "AccessTokenTtl",
      "refresh_token_ttl" AS "RefreshTokenTtl",
      "refresh_token_max_age" AS "RefreshTokenMaxAge",
      "refresh_retry_window" AS "RefreshRetryWindow",
      "refresh_lost_answer_window" AS "RefreshLostAnswerWindow",
      "sessions_per_user" AS "SessionsPerUser",
      "dpop_required" AS "DpopRequired",
      "audience" AS "Audience",
      "roles" AS "Roles",
      "secret_made_on" AS "SecretMadeOn",
      "previous_secret_made_on" AS "PreviousSecretMadeOn",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(
        concat(
          "client_id",
          "name",
          "description",
          "authentication_method",
          "jwks_uri",
          "jwks",
          "allowed_grants",
          "allowed_origins",
          "audience",
          "roles",
          "system_id"
        )
      ) + 1740 AS bytes
    FROM "clients"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
    ORDER BY id
    FOR UPDATE
  ) act
ORDER BY id;

-- name: clients-read-each
-- $1 recordId: bigint[]
-- $2 kind: text[]
-- $3 actor: text[]
-- $4 reason: text[] with null elements
-- $5 address: text[] with null elements
-- $6 userAgent: text[] with null elements
-- $7 requestId: text[] with null elements
WITH
  act AS (
    SELECT *
    FROM
      unnest(
        (SELECT :recordId::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (record_id, kind, actor, reason, address, user_agent, request_id, ordinal)
      JOIN (
        SELECT
          id,
          "client_id" AS "ClientId",
          "name" AS "Name",
          "description" AS "Description",
          "enabled" AS "Enabled",
          "authentication_method" AS "AuthenticationMethod",
          "jwks_uri" AS "JwksUri",
          "jwks" AS "Jwks",
          "allowed_grants" AS "AllowedGrants",
          "allowed_origins" AS "AllowedOrigins",
          "access_token_ttl" AS "AccessTokenTtl",
          "refresh_token_ttl" AS "RefreshTokenTtl",
          "refresh_token_max_age" AS "RefreshTokenMaxAge",
          "refresh_retry_window" AS "RefreshRetryWindow",
          "refresh_lost_answer_window" AS "RefreshLostAnswerWindow",
          "sessions_per_user" AS "SessionsPerUser",
          "dpop_required" AS "DpopRequired",
          "audience" AS "Audience",
          "roles" AS "Roles",
          "secret_made_on" AS "SecretMadeOn",
          "previous_secret_made_on" AS "PreviousSecretMadeOn",
          "updated_on" AS "UpdatedOn",
          "created_on" AS "CreatedOn",
          "unique_id" AS "UniqueId",
          "updated_by" AS "UpdatedBy",
          created_on > now() - interval '24 hours' AS "IsNew",
          "system_id" AS "SystemId",
          2 * octet_length(
            concat(
              "client_id",
              "name",
              "description",
              "authentication_method",
              "jwks_uri",
              "jwks",
              "allowed_grants",
              "allowed_origins",
              "audience",
              "roles",
              "system_id"
            )
          ) + 1740 AS bytes
        FROM "clients"
      ) found ON found.id = batch.record_id
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      ARRAY[id],
      'Client'
    FROM act
  )
SELECT
  ordinal::int,
  id,
  "ClientId",
  "Name",
  "Description",
  "Enabled",
  "AuthenticationMethod",
  "JwksUri",
  "Jwks",
  "AllowedGrants",
  "AllowedOrigins",
  "AccessTokenTtl",
  "RefreshTokenTtl",
  "RefreshTokenMaxAge",
  "RefreshRetryWindow",
  "RefreshLostAnswerWindow",
  "SessionsPerUser",
  "DpopRequired",
  "Audience",
  "Roles",
  "SecretMadeOn",
  "PreviousSecretMadeOn",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM act;

-- name: clients-read-page
-- $1 ids: bigint[]
-- $2 smallBytes: bigint
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    SELECT
      id,
      "client_id" AS "ClientId",
      "name" AS "Name",
      "description" AS "Description",
      "enabled" AS "Enabled",
      "authentication_method" AS "AuthenticationMethod",
      "jwks_uri" AS "JwksUri",
      "jwks" AS "Jwks",
      "allowed_grants" AS "AllowedGrants",
      "allowed_origins" AS "AllowedOrigins",
      "access_token_ttl" AS "AccessTokenTtl",
      "refresh_token_ttl" AS "RefreshTokenTtl",
      "refresh_token_max_age" AS "RefreshTokenMaxAge",
      "refresh_retry_window" AS "RefreshRetryWindow",
      "refresh_lost_answer_window" AS "RefreshLostAnswerWindow",
      "sessions_per_user" AS "SessionsPerUser",
      "dpop_required" AS "DpopRequired",
      "audience" AS "Audience",
      "roles" AS "Roles",
      "secret_made_on" AS "SecretMadeOn",
      "previous_secret_made_on" AS "PreviousSecretMadeOn",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(
        concat(
          "client_id",
          "name",
          "description",
          "authentication_method",
          "jwks_uri",
          "jwks",
          "allowed_grants",
          "allowed_origins",
          "audience",
          "roles",
          "system_id"
        )
      ) + 1740 AS bytes
    FROM "clients"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ),
  page AS (
    SELECT coalesce(sum(bytes), 0) <= :smallBytes::bigint AS fits
    FROM act
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      array_agg(
        id
        ORDER BY id
      ),
      'Client'
    FROM
      act,
      page
    WHERE fits
    HAVING
      count(*) > 0
  )
SELECT
  act.id AS "foundId",
  act.bytes::int,
  page.fits,
  shown.*
FROM
  page,
  act
  LEFT JOIN LATERAL (
    SELECT
      id,
      "ClientId",
      "Name",
      "Description",
      "Enabled",
      "AuthenticationMethod",
      "JwksUri",
      "Jwks",
      "AllowedGrants",
      "AllowedOrigins",
      "AccessTokenTtl",
      "RefreshTokenTtl",
      "RefreshTokenMaxAge",
      "RefreshRetryWindow",
      "RefreshLostAnswerWindow",
      "SessionsPerUser",
      "DpopRequired",
      "Audience",
      "Roles",
      "SecretMadeOn",
      "PreviousSecretMadeOn",
      "UpdatedOn",
      "CreatedOn",
      "UniqueId",
      "UpdatedBy",
      "IsNew",
      "SystemId"
    WHERE page.fits
  ) shown ON true;

-- name: clients-read-slice
-- sent again when its connection broke
-- $1 ids: bigint[]
SELECT
  id,
  "ClientId",
  "Name",
  "Description",
  "Enabled",
  "AuthenticationMethod",
  "JwksUri",
  "Jwks",
  "AllowedGrants",
  "AllowedOrigins",
  "AccessTokenTtl",
  "RefreshTokenTtl",
  "RefreshTokenMaxAge",
  "RefreshRetryWindow",
  "RefreshLostAnswerWindow",
  "SessionsPerUser",
  "DpopRequired",
  "Audience",
  "Roles",
  "SecretMadeOn",
  "PreviousSecretMadeOn",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM
  (
    SELECT
      id,
      "client_id" AS "ClientId",
      "name" AS "Name",
      "description" AS "Description",
      "enabled" AS "Enabled",
      "authentication_method" AS "AuthenticationMethod",
      "jwks_uri" AS "JwksUri",
      "jwks" AS "Jwks",
      "allowed_grants" AS "AllowedGrants",
      "allowed_origins" AS "AllowedOrigins",
      "access_token_ttl" AS "AccessTokenTtl",
      "refresh_token_ttl" AS "RefreshTokenTtl",
      "refresh_token_max_age" AS "RefreshTokenMaxAge",
      "refresh_retry_window" AS "RefreshRetryWindow",
      "refresh_lost_answer_window" AS "RefreshLostAnswerWindow",
      "sessions_per_user" AS "SessionsPerUser",
      "dpop_required" AS "DpopRequired",
      "audience" AS "Audience",
      "roles" AS "Roles",
      "secret_made_on" AS "SecretMadeOn",
      "previous_secret_made_on" AS "PreviousSecretMadeOn",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(
        concat(
          "client_id",
          "name",
          "description",
          "authentication_method",
          "jwks_uri",
          "jwks",
          "allowed_grants",
          "allowed_origins",
          "audience",
          "roles",
          "system_id"
        )
      ) + 1740 AS bytes
    FROM "clients"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act;

-- name: clients-shown
-- $1 ids: bigint[]
-- $2 kind: text
-- $3 actor: text
-- $4 reason: text or null
-- $5 address: text or null
-- $6 userAgent: text or null
-- $7 requestId: text or null
INSERT INTO
  audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
SELECT
  :kind::text,
  :actor::text,
  :reason::text,
  :address::text,
  :userAgent::text,
  :requestId::text,
  array_agg(
    id
    ORDER BY id
  ),
  'Client'
FROM
  (
    SELECT
      id,
      "client_id" AS "ClientId",
      "name" AS "Name",
      "description" AS "Description",
      "enabled" AS "Enabled",
      "authentication_method" AS "AuthenticationMethod",
      "jwks_uri" AS "JwksUri",
      "jwks" AS "Jwks",
      "allowed_grants" AS "AllowedGrants",
      "allowed_origins" AS "AllowedOrigins",
      "access_token_ttl" AS "AccessTokenTtl",
      "refresh_token_ttl" AS "RefreshTokenTtl",
      "refresh_token_max_age" AS "RefreshTokenMaxAge",
      "refresh_retry_window" AS "RefreshRetryWindow",
      "refresh_lost_answer_window" AS "RefreshLostAnswerWindow",
      "sessions_per_user" AS "SessionsPerUser",
      "dpop_required" AS "DpopRequired",
      "audience" AS "Audience",
      "roles" AS "Roles",
      "secret_made_on" AS "SecretMadeOn",
      "previous_secret_made_on" AS "PreviousSecretMadeOn",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(
        concat(
          "client_id",
          "name",
          "description",
          "authentication_method",
          "jwks_uri",
          "jwks",
          "allowed_grants",
          "allowed_origins",
          "audience",
          "roles",
          "system_id"
        )
      ) + 1740 AS bytes
    FROM "clients"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act
HAVING
  count(*) > 0;

-- name: clients-update
-- $1 id: bigint
-- $2 updatedBy: text
-- $3 ClientId: text
-- $4 Name: text
-- $5 Description: text or null
-- $6 Enabled: boolean
-- $7 AuthenticationMethod: text
-- $8 JwksUri: text or null
-- $9 Jwks: text or null
-- $10 AllowedGrants: text or null
-- $11 AllowedOrigins: text or null
-- $12 AccessTokenTtl: bigint or null
-- $13 RefreshTokenTtl: bigint or null
-- $14 RefreshTokenMaxAge: bigint or null
-- $15 RefreshRetryWindow: bigint or null
-- $16 RefreshLostAnswerWindow: bigint or null
-- $17 SessionsPerUser: bigint or null
-- $18 DpopRequired: boolean
-- $19 Audience: text or null
-- $20 Roles: text or null
-- $21 SystemId: text or null
-- $22 kind: text
-- $23 actor: text
-- $24 reason: text or null
-- $25 address: text or null
-- $26 userAgent: text or null
-- $27 requestId: text or null
-- $28 changes: text or null
WITH
  act AS (
    UPDATE "clients"
    SET
      "client_id" = :ClientId,
      "name" = :Name,
      "description" = :Description,
      "enabled" = :Enabled,
      "authentication_method" = :AuthenticationMethod,
      "jwks_uri" = :JwksUri,
      "jwks" = :Jwks,
      "allowed_grants" = :AllowedGrants,
      "allowed_origins" = :AllowedOrigins,
      "access_token_ttl" = :AccessTokenTtl,
      "refresh_token_ttl" = :RefreshTokenTtl,
      "refresh_token_max_age" = :RefreshTokenMaxAge,
      "refresh_retry_window" = :RefreshRetryWindow,
      "refresh_lost_answer_window" = :RefreshLostAnswerWindow,
      "sessions_per_user" = :SessionsPerUser,
      "dpop_required" = :DpopRequired,
      "audience" = :Audience,
      "roles" = :Roles,
      "system_id" = :SystemId,
      updated_by = :updatedBy,
      updated_on = date_trunc('second', now())
    WHERE id = :id
    RETURNING
      id,
      updated_on,
      updated_by
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource, changes)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      ARRAY[id],
      'Client',
      :changes::text::jsonb
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy"
FROM act;

-- name: connection-prepare
-- not prepared: PostgreSQL does not see the name
-- $1 process: int or null
-- $2 names: text[]
-- $3 wanted: text[]
-- $4 read: text[]
SELECT
  pg_backend_pid() IS DISTINCT FROM :process::int AS "isPooled",
  pg_is_in_recovery() AS "isStandby",
  current_setting('default_transaction_read_only') = 'on' AS "isReadOnly",
  current_setting('server_encoding') AS encoding,
  current_setting('server_version_num')::int AS version,
  current_schema() AS schema,
  current_setting('search_path') AS path,
  current_user AS role,
  current_database() AS database,
  (
    SELECT
      array_agg(
        current_setting(name)
        ORDER BY place
      )
    FROM unnest(:read::text[]) WITH ORDINALITY AS read (name, place)
  ) AS session,
  (
    SELECT count(set_config(name, value, false))
    FROM unnest(:names::text[], :wanted::text[]) AS wanted (name, value)
    WHERE
      pg_backend_pid() = :process::int
      AND current_setting(name, true) IS NOT NULL
  );

-- name: embedded-flush-counters
SELECT pg_stat_force_next_flush ();

-- name: erasure-add
-- $1 pseudonym: text
-- $2 sealedName: text
INSERT INTO
  erasures (pseudonym, sealed_name)
VALUES (:pseudonym, :sealedName)
RETURNING created_on AS "createdOn";

-- name: erasure-due
SELECT
  pseudonym,
  sealed_name AS "sealedName"
FROM erasures
WHERE created_on < now() - interval '15 minutes'
ORDER BY created_on
LIMIT
  1;

-- name: erasure-forget
-- $1 pseudonym: text
DELETE FROM erasures
WHERE pseudonym = :pseudonym;

-- name: guess-addresses
-- sent again when its connection broke
-- $1 email: text
-- $2 limit: bigint
SELECT DISTINCT
  address
FROM
  (
    SELECT address
    FROM audit_trail_entries
    WHERE subject = :email
    ORDER BY id DESC
    LIMIT
      :limit
  ) recent
WHERE address IS NOT NULL;

-- name: guess-counters
-- sent again when its connection broke
-- $1 keys: text[]
SELECT
  key,
  failures,
  nullif(blocked_until, '-infinity') AS "blockedUntil",
  last_failure AS "lastFailure",
  last_success AS "lastSuccess"
FROM login_throttles
WHERE key = ANY (:keys);

-- name: guess-forget
-- $1 limit: bigint
DELETE FROM login_throttles
WHERE
  key IN (
    SELECT key
    FROM login_throttles
    WHERE
      blocked_until < now()
      AND coalesce(last_failure < now() - interval '1 day', true)
      AND coalesce(last_success < now() - interval '90 days', true)
    LIMIT
      :limit
    FOR UPDATE
      SKIP LOCKED
  )
RETURNING key;

-- name: guess-forget-counters
-- $1 keys: text[]
DELETE FROM login_throttles
WHERE key = ANY (:keys)
RETURNING key;

-- name: guess-reserve
-- sent again when its connection broke
-- $1 keys: text[]
-- $2 free: int[]
-- $3 seconds: float8[]
-- $4 longest: float8[]
-- $5 ownKey: text
-- $6 totalKey: text
WITH
  limits AS (
    SELECT *
    FROM
      unnest(:keys::text[], :free::int[], :seconds::float8[], :longest::float8[]) AS l (key, free, seconds, longest)
  ),
  blocked AS (
    SELECT max(t.blocked_until) AS until
    FROM
      login_throttles t
      LEFT JOIN (
        SELECT
          coalesce(last_success > now() - interval '90 days', false) AS is_known,
          failures > 0
          AND last_failure > now() - interval '1 day' AS failed
        FROM login_throttles
        WHERE key = :ownKey
      ) own ON true
    WHERE
      t.key = ANY (:keys)
      AND t.blocked_until > now()
      AND (
        t.key = :ownKey
        OR own.is_known IS NOT TRUE
        AND (
          t.key <> :totalKey
          OR own.failed
        )
      )
  ),
  own AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      :ownKey,
      1,
      '-infinity',
      now()
    FROM blocked
    WHERE until IS NULL
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE t.blocked_until <= now()
    RETURNING
      failures,
      blocked_until,
      coalesce(last_success > now() - interval '90 days', false) AS is_known
  ),
  shared AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      l.key,
      1,
      '-infinity',
      now()
    FROM
      own,
      limits l
    WHERE
      NOT own.is_known
      AND l.key <> :ownKey
    ORDER BY l.key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE
      t.blocked_until <= now()
      OR t.key = :totalKey
      AND (
        SELECT failures
        FROM own
      ) = 1
    RETURNING key
  )
SELECT
  ceil(
    extract(
      epoch
      FROM
        (
          SELECT until
          FROM blocked
        ) - now()
    )
  )::int AS wait,
  extract(
    epoch
    FROM now()
  )::float8 AS at,
  (
    SELECT is_known
    FROM own
  ) AS "isKnown",
  (
    SELECT
      extract(
        epoch
        FROM greatest(blocked_until, now()) - now()
      )::float8
    FROM own
  ) AS "ownBlock",
  ARRAY(
    SELECT key
    FROM shared
  ) AS counted;

-- name: guess-reserve-sign-in
-- sent again when its connection broke
-- $1 keys: text[]
-- $2 free: int[]
-- $3 seconds: float8[]
-- $4 longest: float8[]
-- $5 ownKey: text
-- $6 totalKey: text
-- $7 email: text
WITH
  limits AS (
    SELECT *
    FROM
      unnest(:keys::text[], :free::int[], :seconds::float8[], :longest::float8[]) AS l (key, free, seconds, longest)
  ),
  blocked AS (
    SELECT max(t.blocked_until) AS until
    FROM
      login_throttles t
      LEFT JOIN (
        SELECT
          coalesce(last_success > now() - interval '90 days', false) AS is_known,
          failures > 0
          AND last_failure > now() - interval '1 day' AS failed
        FROM login_throttles
        WHERE key = :ownKey
      ) own ON true
    WHERE
      t.key = ANY (:keys)
      AND t.blocked_until > now()
      AND (
        t.key = :ownKey
        OR own.is_known IS NOT TRUE
        AND (
          t.key <> :totalKey
          OR own.failed
        )
      )
  ),
  own AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      :ownKey,
      1,
      '-infinity',
      now()
    FROM blocked
    WHERE until IS NULL
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE t.blocked_until <= now()
    RETURNING
      failures,
      blocked_until,
      coalesce(last_success > now() - interval '90 days', false) AS is_known
  ),
  shared AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      l.key,
      1,
      '-infinity',
      now()
    FROM
      own,
      limits l
    WHERE
      NOT own.is_known
      AND l.key <> :ownKey
    ORDER BY l.key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE
      t.blocked_until <= now()
      OR t.key = :totalKey
      AND (
        SELECT failures
        FROM own
      ) = 1
    RETURNING key
  )
SELECT
  ceil(
    extract(
      epoch
      FROM
        (
          SELECT until
          FROM blocked
        ) - now()
    )
  )::int AS wait,
  extract(
    epoch
    FROM now()
  )::float8 AS at,
  (
    SELECT is_known
    FROM own
  ) AS "isKnown",
  (
    SELECT
      extract(
        epoch
        FROM greatest(blocked_until, now()) - now()
      )::float8
    FROM own
  ) AS "ownBlock",
  ARRAY(
    SELECT key
    FROM shared
  ) AS counted,
  u.*
FROM
  (SELECT set_config('synchronous_commit', 'off', true)) AS later
  LEFT JOIN (
    SELECT
      email,
      password_hash AS "passwordHash",
      enabled,
      is_administrator AS "isAdministrator",
      roles,
      must_reset_password AS "mustResetPassword",
      totp_secret AS "totpSecret",
      mac,
      created_on AS "createdOn"
    FROM users
    WHERE email = :email
  ) u ON true;

-- name: guess-settle
-- $1 right: text[]
-- $2 returned: text[]
-- $3 at: float8
WITH
  right_guess AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_success)
    SELECT
      key,
      0,
      '-infinity',
      now()
    FROM unnest(:right::text[]) AS key
    WHERE true
    ORDER BY key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = 0,
      blocked_until = '-infinity',
      last_success = now()
    RETURNING t.key
  ),
  returned_guess AS (
    UPDATE login_throttles t
    SET
      failures = greatest(t.failures - 1, 0),
      blocked_until = CASE
        WHEN extract(
          epoch
          FROM t.last_failure
        )::float8 = :at THEN '-infinity'
        ELSE t.blocked_until
      END
    FROM
      (
        SELECT key
        FROM login_throttles
        WHERE
          key = ANY (:returned)
          AND true
          AND (
            SELECT count(*)
            FROM right_guess
          ) >= 0
        ORDER BY array_position(:returned::text[], key)
        FOR UPDATE
      ) locked
    WHERE t.key = locked.key
  )
SELECT;

-- name: job-claim
-- $1 name: text
-- $2 holder: uuid
-- $3 inAnyCase: boolean
INSERT INTO
  jobs AS j (name, due_on, holder, held_until, started_on)
VALUES (:name, now(), :holder, now() + interval '2 minutes', now())
ON CONFLICT (name) DO UPDATE
SET
  holder = :holder,
  held_until = now() + interval '2 minutes',
  started_on = now(),
  rows = 0
WHERE
  (
    j.due_on <= now()
    OR :inAnyCase::boolean
  )
  AND coalesce(j.held_until < now(), true)
RETURNING name;

-- name: job-end
-- $1 name: text
-- $2 holder: uuid
-- $3 seconds: float8
-- $4 failure: text or null
UPDATE jobs
SET
  holder = NULL,
  held_until = NULL,
  ended_on = now(),
  failure = :failure,
  due_on = now() + make_interval(secs => :seconds::float8)
WHERE
  name = :name
  AND holder = :holder;

-- name: job-go-on
-- $1 name: text
-- $2 holder: uuid
-- $3 touched: bigint
UPDATE jobs
SET
  held_until = now() + interval '2 minutes',
  rows = rows + :touched
WHERE
  name = :name
  AND holder = :holder
RETURNING name;

-- name: login-begin
-- sent again when its connection broke
-- $1 subject: text
-- $2 passwordHash: text
-- $3 clientId: text
-- $4 amr: text[]
-- $5 id: bigint
-- $6 uniqueId: uuid
-- $7 generation: bigint
-- $8 authTime: timestamptz
-- $9 salt: text
-- $10 hash: text
-- $11 ticket: text
-- $12 life: float8
-- $13 longestLife: float8
-- $14 fromAddress: inet or null
-- $15 fromAgent: text or null
-- $16 fromRequest: text or null
-- $17 deviceName: text or null
-- $18 jkt: text or null
-- $19 right: text[]
-- $20 returned: text[]
-- $21 at: float8
-- $22 earlierUniqueId: uuid or null
-- $23 kind: text
-- $24 actor: text
-- $25 reason: text or null
-- $26 address: text or null
-- $27 userAgent: text or null
-- $28 requestId: text or null
WITH
  allowed AS (
    SELECT email
    FROM users
    WHERE
      email = :subject
      AND split_part(password_hash, '$', 5) = split_part(:passwordHash::text, '$', 5)
      AND enabled
      AND NOT must_reset_password
    FOR SHARE
  ),
  advanced AS (
    UPDATE refresh_tokens t
    SET
      (
        unique_id,
        generation,
        first_generation,
        auth_time,
        amr,
        rotated_on,
        expires_on,
        protected_ticket,
        ticket_hash,
        ticket_salt,
        updated_on,
        updated_by,
        last_redeemed_on,
        last_address,
        last_user_agent,
        last_request_id,
        cutoffs_seen,
        first_address,
        device_name,
        jkt,
        bound_from
      ) = ROW (
        :uniqueId::uuid,
        :generation::bigint,
        :generation::bigint,
        :authTime::timestamptz,
        :amr::text[],
        now(),
        date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8))),
        :ticket::text,
        :hash::text,
        :salt::text,
        date_trunc('second', now()),
        :subject::text,
        now(),
        :fromAddress::inet,
        :fromAgent::text,
        :fromRequest::text,
        (
          SELECT max(id + 0)
          FROM session_cutoffs
        ),
        :fromAddress::inet,
        :deviceName::text,
        :jkt::text,
        CASE
          WHEN :jkt::text IS NOT NULL THEN :generation::bigint
        END
      ),
      rotations = '{}',
      repetitions = 0,
      confirmed_generation = NULL
    FROM allowed
    WHERE
      t.id = :id::bigint
      AND t.unique_id = :earlierUniqueId::uuid
      AND t.subject = allowed.email
      AND t.client_id = :clientId::text
      AND t.issued
      AND (
        t.generation < :generation::bigint
        OR t.unique_id <> :uniqueId::uuid
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      t.cutoffs_seen
  ),
  created AS (
    INSERT INTO
      refresh_tokens AS t (
        id,
        subject,
        client_id,
        issued,
        unique_id,
        generation,
        first_generation,
        auth_time,
        amr,
        rotated_on,
        expires_on,
        protected_ticket,
        ticket_hash,
        ticket_salt,
        updated_on,
        updated_by,
        last_redeemed_on,
        last_address,
        last_user_agent,
        last_request_id,
        cutoffs_seen,
        first_address,
        device_name,
        jkt,
        bound_from
      )
    SELECT
      :id::bigint,
      email,
      :clientId::text,
      true,
      :uniqueId::uuid,
      :generation::bigint,
      :generation::bigint,
      :authTime::timestamptz,
      :amr::text[],
      now(),
      date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8))),
      :ticket::text,
      :hash::text,
      :salt::text,
      date_trunc('second', now()),
      :subject::text,
      now(),
      :fromAddress::inet,
      :fromAgent::text,
      :fromRequest::text,
      (
        SELECT max(id + 0)
        FROM session_cutoffs
      ),
      :fromAddress::inet,
      :deviceName::text,
      :jkt::text,
      CASE
        WHEN :jkt::text IS NOT NULL THEN :generation::bigint
      END
    FROM allowed
    WHERE :earlierUniqueId::uuid IS NULL
    ON CONFLICT DO NOTHING
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      t.cutoffs_seen
  ),
  begun AS (
    SELECT *
    FROM advanced
    UNION ALL
    SELECT *
    FROM created
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM begun
  ),
  right_guess AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_success)
    SELECT
      key,
      0,
      '-infinity',
      now()
    FROM unnest(:right::text[]) AS key
    WHERE
      EXISTS (
        SELECT
        FROM begun
      )
    ORDER BY key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = 0,
      blocked_until = '-infinity',
      last_success = now()
    RETURNING t.key
  ),
  returned_guess AS (
    UPDATE login_throttles t
    SET
      failures = greatest(t.failures - 1, 0),
      blocked_until = CASE
        WHEN extract(
          epoch
          FROM t.last_failure
        )::float8 = :at THEN '-infinity'
        ELSE t.blocked_until
      END
    FROM
      (
        SELECT key
        FROM login_throttles
        WHERE
          key = ANY (:returned)
          AND EXISTS (
            SELECT
            FROM begun
          )
          AND (
            SELECT count(*)
            FROM right_guess
          ) >= 0
        ORDER BY array_position(:returned::text[], key)
        FOR UPDATE
      ) locked
    WHERE t.key = locked.key
  )
SELECT
  EXISTS (
    SELECT
    FROM allowed
  ) AS "isAllowed",
  EXISTS (
    SELECT
    FROM begun
  ) AS "hasBegun",
  (
    SELECT cutoffs_seen
    FROM begun
  ) AS "cutoffsSeen",
  now() AS now;

-- name: login-begin-beside
-- $1 subject: text
-- $2 passwordHash: text
-- $3 clientId: text
-- $4 amr: text[]
-- $5 id: bigint
-- $6 uniqueId: uuid
-- $7 generation: bigint
-- $8 authTime: timestamptz
-- $9 salt: text
-- $10 hash: text
-- $11 ticket: text
-- $12 life: float8
-- $13 longestLife: float8
-- $14 fromAddress: inet or null
-- $15 fromAgent: text or null
-- $16 fromRequest: text or null
-- $17 deviceName: text or null
-- $18 jkt: text or null
-- $19 right: text[]
-- $20 returned: text[]
-- $21 at: float8
-- $22 most: bigint
-- $23 kind: text
-- $24 actor: text
-- $25 reason: text or null
-- $26 address: text or null
-- $27 userAgent: text or null
-- $28 requestId: text or null
WITH
  allowed AS (
    SELECT email
    FROM users
    WHERE
      email = :subject
      AND split_part(password_hash, '$', 5) = split_part(:passwordHash::text, '$', 5)
      AND enabled
      AND NOT must_reset_password
    FOR SHARE
  ),
  present AS (
    SELECT
      id,
      slot,
      row_number() OVER (
        ORDER BY
          t.expires_on > now() DESC,
          t.last_redeemed_on DESC NULLS LAST,
          t.id DESC
      ) AS use_order
    FROM refresh_tokens t
    WHERE
      subject = :subject
      AND client_id = :clientId::text
      AND issued
  ),
  ended AS (
    DELETE FROM refresh_tokens t USING allowed
    WHERE
      t.id IN (
        SELECT id
        FROM present
        WHERE NOT use_order < :most::bigint
      )
      AND t.issued
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on
  ),
  begun AS (
    INSERT INTO
      refresh_tokens AS t (
        id,
        subject,
        client_id,
        issued,
        slot,
        unique_id,
        generation,
        first_generation,
        auth_time,
        amr,
        rotated_on,
        expires_on,
        protected_ticket,
        ticket_hash,
        ticket_salt,
        updated_on,
        updated_by,
        last_redeemed_on,
        last_address,
        last_user_agent,
        last_request_id,
        cutoffs_seen,
        first_address,
        device_name,
        jkt,
        bound_from
      )
    SELECT
      :id::bigint,
      email,
      :clientId::text,
      true,
      (
        SELECT min(number)
        FROM generate_series(0, :most::int - 1) AS number
        WHERE
          number NOT IN (
            SELECT slot
            FROM present
            WHERE use_order < :most::bigint
          )
      ),
      :uniqueId::uuid,
      :generation::bigint,
      :generation::bigint,
      :authTime::timestamptz,
      :amr::text[],
      now(),
      date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8))),
      :ticket::text,
      :hash::text,
      :salt::text,
      date_trunc('second', now()),
      :subject::text,
      now(),
      :fromAddress::inet,
      :fromAgent::text,
      :fromRequest::text,
      (
        SELECT max(id + 0)
        FROM session_cutoffs
      ),
      :fromAddress::inet,
      :deviceName::text,
      :jkt::text,
      CASE
        WHEN :jkt::text IS NOT NULL THEN :generation::bigint
      END
    FROM
      allowed,
      (
        SELECT count(*)
        FROM ended
      ) AS ends
    ON CONFLICT DO NOTHING
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      t.cutoffs_seen
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM begun
    UNION ALL
    SELECT
      'session-ended',
      :actor::text,
      'too-many-sessions',
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM ended
  ),
  right_guess AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_success)
    SELECT
      key,
      0,
      '-infinity',
      now()
    FROM unnest(:right::text[]) AS key
    WHERE
      EXISTS (
        SELECT
        FROM begun
      )
    ORDER BY key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = 0,
      blocked_until = '-infinity',
      last_success = now()
    RETURNING t.key
  ),
  returned_guess AS (
    UPDATE login_throttles t
    SET
      failures = greatest(t.failures - 1, 0),
      blocked_until = CASE
        WHEN extract(
          epoch
          FROM t.last_failure
        )::float8 = :at THEN '-infinity'
        ELSE t.blocked_until
      END
    FROM
      (
        SELECT key
        FROM login_throttles
        WHERE
          key = ANY (:returned)
          AND EXISTS (
            SELECT
            FROM begun
          )
          AND (
            SELECT count(*)
            FROM right_guess
          ) >= 0
        ORDER BY array_position(:returned::text[], key)
        FOR UPDATE
      ) locked
    WHERE t.key = locked.key
  )
SELECT
  EXISTS (
    SELECT
    FROM allowed
  ) AS "isAllowed",
  EXISTS (
    SELECT
    FROM begun
  ) AS "hasBegun",
  (
    SELECT cutoffs_seen
    FROM begun
  ) AS "cutoffsSeen",
  now() AS now,
  coalesce(
    (
      SELECT
        json_agg(json_build_object('id', id, 'uniqueId', unique_id, 'subject', subject, 'clientId', client_id))
      FROM ended
    ),
    '[]'
  ) AS ended;

-- name: login-lock-user
-- $1 subject: text
SELECT email
FROM users
WHERE email = :subject
FOR NO KEY UPDATE;

-- name: login-plan
-- sent again when its connection broke
-- $1 subject: text
-- $2 clientId: text
-- $3 newUniqueId: uuid
SELECT
  coalesce(t.id, nextval(pg_get_serial_sequence('refresh_tokens', 'id'))) AS id,
  CASE
    WHEN t.generation < 2147483648 THEN t.unique_id
    ELSE :newUniqueId::uuid
  END AS "uniqueId",
  CASE
    WHEN t.generation >= 2147483648 THEN 0
    ELSE coalesce(t.generation, 0) + 1 + floor(random() * 4096)::bigint
  END AS generation,
  date_trunc('second', now()) AS "authTime",
  t.unique_id AS "earlierUniqueId",
  (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  ) AS "isCut"
FROM
  (
    SELECT
  ) AS one
  LEFT JOIN refresh_tokens t ON t.subject = :subject
  AND t.client_id = :clientId
  AND t.issued;

-- name: login-plan-beside
-- sent again when its connection broke
-- $1 newUniqueId: uuid
SELECT
  nextval(pg_get_serial_sequence('refresh_tokens', 'id')) AS id,
  :newUniqueId::uuid AS "uniqueId",
  1 + floor(random() * 4096)::bigint AS generation,
  date_trunc('second', now()) AS "authTime",
  NULL::uuid AS "earlierUniqueId",
  false AS "isCut";

-- name: login-reserve
-- sent again when its connection broke
-- $1 keys: text[]
-- $2 free: int[]
-- $3 seconds: float8[]
-- $4 longest: float8[]
-- $5 ownKey: text
-- $6 totalKey: text
-- $7 email: text
-- $8 clientId: text or null
WITH
  limits AS (
    SELECT *
    FROM
      unnest(:keys::text[], :free::int[], :seconds::float8[], :longest::float8[]) AS l (key, free, seconds, longest)
  ),
  blocked AS (
    SELECT max(t.blocked_until) AS until
    FROM
      login_throttles t
      LEFT JOIN (
        SELECT
          coalesce(last_success > now() - interval '90 days', false) AS is_known,
          failures > 0
          AND last_failure > now() - interval '1 day' AS failed
        FROM login_throttles
        WHERE key = :ownKey
      ) own ON true
    WHERE
      t.key = ANY (:keys)
      AND t.blocked_until > now()
      AND (
        t.key = :ownKey
        OR own.is_known IS NOT TRUE
        AND (
          t.key <> :totalKey
          OR own.failed
        )
      )
  ),
  own AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      :ownKey,
      1,
      '-infinity',
      now()
    FROM blocked
    WHERE until IS NULL
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE t.blocked_until <= now()
    RETURNING
      failures,
      blocked_until,
      coalesce(last_success > now() - interval '90 days', false) AS is_known
  ),
  shared AS (
    INSERT INTO
      login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT
      l.key,
      1,
      '-infinity',
      now()
    FROM
      own,
      limits l
    WHERE
      NOT own.is_known
      AND l.key <> :ownKey
    ORDER BY l.key COLLATE "C"
    ON CONFLICT (key) DO UPDATE
    SET
      failures = CASE
        WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
        ELSE 1
      END,
      last_failure = now(),
      blocked_until = coalesce(
        (
          SELECT
            now() + make_interval(
              secs => least(
                l.longest,
                l.seconds * power(
                  2,
                  least(
                    CASE
                      WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
                      ELSE 1
                    END - l.free - 1,
                    20
                  )
                )
              )
            )
          FROM limits l
          WHERE
            l.key = t.key
            AND CASE
              WHEN t.last_failure > now() - interval '1 day' THEN least(t.failures + 1, 1000000)
              ELSE 1
            END > l.free
        ),
        t.blocked_until
      )
    WHERE
      t.blocked_until <= now()
      OR t.key = :totalKey
      AND (
        SELECT failures
        FROM own
      ) = 1
    RETURNING key
  )
SELECT
  ceil(
    extract(
      epoch
      FROM
        (
          SELECT until
          FROM blocked
        ) - now()
    )
  )::int AS wait,
  extract(
    epoch
    FROM now()
  )::float8 AS at,
  (
    SELECT is_known
    FROM own
  ) AS "isKnown",
  (
    SELECT
      extract(
        epoch
        FROM greatest(blocked_until, now()) - now()
      )::float8
    FROM own
  ) AS "ownBlock",
  ARRAY(
    SELECT key
    FROM shared
  ) AS counted,
  u.*,
  planned.*
FROM
  (SELECT set_config('synchronous_commit', 'off', true)) AS later
  LEFT JOIN (
    SELECT
      email,
      password_hash AS "passwordHash",
      enabled,
      is_administrator AS "isAdministrator",
      roles,
      must_reset_password AS "mustResetPassword",
      totp_secret AS "totpSecret",
      mac,
      created_on AS "createdOn"
    FROM users
    WHERE email = :email
  ) u ON true
  LEFT JOIN LATERAL (
    SELECT
      t.id AS "plannedId",
      t.unique_id AS "earlierUniqueId",
      t.generation + 1 + floor(random() * 4096)::bigint AS generation,
      date_trunc('second', now()) AS "authTime",
      (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      ) AS "isCut"
    FROM refresh_tokens t
    WHERE
      t.subject = u.email
      AND t.client_id = coalesce(:clientId::text, u.email)
      AND t.issued
      AND t.generation < 2147483648
    LIMIT
      2
  ) planned ON true;

-- name: maintenance-most-due
-- $1 seen: text[]
SELECT
  CASE
    WHEN to_vacuum
    AND to_analyze THEN 'VACUUM (ANALYZE) '
    WHEN to_vacuum THEN 'VACUUM '
    ELSE 'ANALYZE '
  END || name AS command,
  name,
  rows
FROM
  (
    SELECT
      c.oid::regclass::text AS name,
      greatest(s.n_dead_tup, s.n_ins_since_vacuum, s.n_mod_since_analyze) AS rows,
      s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
      OR s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
      OR age (c.relfrozenxid) > current_setting('autovacuum_freeze_max_age')::int
      OR mxid_age (c.relminmxid) > current_setting('autovacuum_multixact_freeze_max_age')::int AS to_vacuum,
      c.relkind = 'r'
      AND c.oid <> 'pg_statistic'::regclass
      AND (
        s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
        OR c.reltuples < 0
        AND s.schemaname = current_schema()
      ) AS to_analyze
    FROM
      pg_class c
      JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE
      c.relkind IN ('r', 't')
      AND c.relpersistence = 'p'
  ) due
WHERE
  (
    to_vacuum
    OR to_analyze
  )
  AND name <> ALL (:seen::text[])
ORDER BY rows DESC
LIMIT
  1;

-- name: maintenance-wal-since-checkpoint
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint AS bytes
FROM pg_control_checkpoint();

-- name: notify
-- not prepared: PostgreSQL does not see the name
-- $1 channel: text
-- $2 topic: text
SELECT pg_notify (:channel, :topic);

-- name: own-session-end
-- $1 subject: text
-- $2 sessionId: uuid
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND subject = :subject
      AND unique_id = :sessionId::uuid
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: own-sessions
-- sent again when its connection broke
-- $1 subject: text
-- $2 longestLife: float8
-- $3 limitedRoles: text[]
-- $4 roleLives: float8[] with null elements
-- $5 roleLongestLives: float8[] with null elements
-- $6 registeredOnly: boolean
-- $7 limit: int
SELECT
  t.id,
  t.unique_id AS "uniqueId",
  t.client_id AS "clientId",
  t.created_on AS "createdOn",
  t.auth_time AS "authTime",
  t.rotated_on AS "rotatedOn",
  t.expires_on AS "expiresOn",
  t.last_request_id AS "lastRequestId",
  t.amr,
  host(t.first_address) AS "firstAddress",
  host(t.last_address) AS "lastAddress",
  t.last_user_agent AS "lastUserAgent",
  t.last_redeemed_on AS "lastRedeemedOn",
  t.device_name AS "deviceName"
FROM
  refresh_tokens t
  LEFT JOIN clients client ON client.client_id = t.client_id
WHERE
  t.subject = :subject
  AND t.issued
  AND t.expires_on > now()
  AND t.auth_time + make_interval(
    secs => least(
      coalesce(client.refresh_token_max_age, :longestLife::float8),
      CASE
        WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
          SELECT
            shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          FROM users holder
          WHERE holder.email = t.subject
        )
      END
    )
  ) > now()
  AND coalesce(
    t.rotated_on + make_interval(
      secs => least(
        client.refresh_token_ttl,
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
            SELECT shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            FROM users holder
            WHERE holder.email = t.subject
          )
        END
      )
    ) > now(),
    true
  )
  AND NOT (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  )
  AND coalesce(client.enabled, NOT :registeredOnly::boolean)
ORDER BY t.id DESC
LIMIT
  :limit::int;

-- name: own-sessions-end-others
-- $1 subject: text
-- $2 kept: uuid or null
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND subject = :subject
      AND unique_id IS DISTINCT FROM :kept::uuid
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: own-sign-in-age
-- sent again when its connection broke
-- $1 authTime: float8 or null
SELECT
  now() AS now,
  extract(
    epoch
    FROM now()
  )::float8 - :authTime::float8 AS age;

-- name: proof-forget
-- sent again when its connection broke
-- $1 limit: bigint
DELETE FROM dpop_proofs
WHERE
  digest IN (
    SELECT digest
    FROM dpop_proofs
    WHERE expires_on < now()
    ORDER BY expires_on
    LIMIT
      :limit
    FOR UPDATE
      SKIP LOCKED
  )
RETURNING digest;

-- name: proof-use
-- sent again when its connection broke
-- $1 digest: uuid[]
-- $2 usedBy: uuid[]
-- $3 goodFrom: float8[]
-- $4 goodUntil: float8[]
WITH
  given AS (
    SELECT
      ordinal,
      digest,
      used_by,
      to_timestamp(good_until) AS expires_on,
      now() BETWEEN to_timestamp(good_from) AND to_timestamp(good_until) AS is_timely
    FROM
      unnest(
        (SELECT :digest::uuid[]),
        (SELECT :usedBy::uuid[]),
        (SELECT :goodFrom::float8[]),
        (SELECT :goodUntil::float8[])
      ) WITH ORDINALITY AS batch (digest, used_by, good_from, good_until, ordinal)
  ),
  used AS (
    INSERT INTO
      dpop_proofs (digest, used_by, expires_on)
    SELECT
      digest,
      used_by,
      expires_on
    FROM given
    WHERE is_timely
    ORDER BY
      digest,
      ordinal
    ON CONFLICT (digest) DO NOTHING
    RETURNING
      digest,
      used_by
  )
SELECT
  given.ordinal::int,
  given.is_timely AS "isTimely",
  now() AS now,
  EXISTS (
    SELECT
    FROM used
    WHERE
      used.digest = given.digest
      AND used.used_by = given.used_by
  )
  OR EXISTS (
    SELECT
    FROM dpop_proofs p
    WHERE
      p.digest = given.digest
      AND p.used_by = given.used_by
  ) AS "isFirst"
FROM given;

-- name: record-create
-- $1 subject: text
-- $2 clientId: text
-- $3 expiresOn: timestamptz
-- $4 protectedTicket: text
-- $5 ticketHash: text
-- $6 ticketSalt: text
-- $7 systemId: text or null
-- $8 updatedBy: text
-- $9 uniqueId: uuid
-- $10 kind: text
-- $11 actor: text
-- $12 reason: text or null
-- $13 address: text or null
-- $14 userAgent: text or null
-- $15 requestId: text or null
WITH
  act AS (
    INSERT INTO
      refresh_tokens AS t (subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, system_id, updated_by, unique_id)
    VALUES
      (:subject, :clientId, :expiresOn, :protectedTicket, :ticketHash, :ticketSalt, :systemId, :updatedBy, :uniqueId)
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      updated_on,
      updated_by,
      false AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy"
FROM act;

-- name: record-create-each
-- $1 subject: text[]
-- $2 clientId: text[]
-- $3 expiresOn: timestamptz[]
-- $4 protectedTicket: text[]
-- $5 ticketHash: text[]
-- $6 ticketSalt: text[]
-- $7 systemId: text[] with null elements
-- $8 updatedBy: text[]
-- $9 uniqueId: uuid[]
-- $10 kind: text[]
-- $11 actor: text[]
-- $12 reason: text[] with null elements
-- $13 address: text[] with null elements
-- $14 userAgent: text[] with null elements
-- $15 requestId: text[] with null elements
WITH
  input AS (
    SELECT *
    FROM
      unnest(
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :expiresOn::timestamptz[]),
        (SELECT :protectedTicket::text[]),
        (SELECT :ticketHash::text[]),
        (SELECT :ticketSalt::text[]),
        (SELECT :systemId::text[]),
        (SELECT :updatedBy::text[]),
        (SELECT :uniqueId::uuid[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        subject,
        client_id,
        expires_on,
        protected_ticket,
        ticket_hash,
        ticket_salt,
        system_id,
        updated_by,
        unique_id,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
  ),
  act AS (
    INSERT INTO
      refresh_tokens (subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, system_id, updated_by, unique_id)
    SELECT
      subject,
      client_id,
      expires_on,
      protected_ticket,
      ticket_hash,
      ticket_salt,
      system_id,
      updated_by,
      unique_id
    FROM input
    RETURNING
      id,
      unique_id,
      subject,
      client_id,
      updated_on,
      updated_by
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      act.subject,
      act.client_id,
      unique_id,
      ARRAY[act.id],
      NULL,
      NULL,
      NULL,
      NULL::timestamptz
    FROM
      act
      JOIN input USING (unique_id)
  )
SELECT
  input.ordinal::int,
  act.id,
  act.updated_on AS "updatedOn",
  act.updated_by AS "updatedBy"
FROM
  act
  JOIN input USING (unique_id);

-- name: record-delete
-- $1 id: bigint
-- $2 author: text
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE id = :id
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      date_trunc('second', now()) AS updated_on,
      :author::text AS updated_by,
      issued AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy",
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  ended
FROM act;

-- name: record-delete-expired
-- $1 retention: float8
-- $2 from: timestamptz
-- $3 limit: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM refresh_tokens
          WHERE
            expires_on >= :from
            AND expires_on < now() - make_interval(secs => :retention::float8)
            AND updated_on < now() - make_interval(secs => :retention::float8)
          ORDER BY
            expires_on,
            id
          LIMIT
            :limit
          FOR UPDATE
            SKIP LOCKED
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      expires_on,
      false AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT expires_on AS "expiresOn"
FROM act;

-- name: record-delete-of-person
-- $1 email: text
-- $2 limit: bigint
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM refresh_tokens
          WHERE
            subject = :email
            AND NOT issued
          ORDER BY id
          LIMIT
            :limit
          FOR UPDATE
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      false AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT id
FROM act;

-- name: record-hold-session
-- $1 id: bigint
SELECT
  id,
  unique_id AS "uniqueId",
  generation,
  first_generation AS "firstGeneration",
  subject,
  client_id AS "clientId",
  auth_time AS "authTime",
  created_on AS "createdOn",
  expires_on AS "ExpiresOn",
  protected_ticket AS "ProtectedTicket",
  ticket_salt AS "TicketSalt",
  ticket_hash AS "TicketHash"
FROM refresh_tokens
WHERE
  id = :id
  AND issued
FOR UPDATE;

-- name: record-lock
-- $1 ids: bigint[]
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600 AS bytes
    FROM refresh_tokens t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
    ORDER BY id
    FOR UPDATE
  ) act
ORDER BY id;

-- name: record-of-person
-- $1 email: text
-- $2 after: bigint
-- $3 limit: bigint
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new
    FROM refresh_tokens t
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM refresh_tokens
          WHERE
            subject = :email
            AND id > :after
          ORDER BY id
          LIMIT
            :limit
        ) || ARRAY(
          SELECT id
          FROM refresh_tokens
          WHERE
            client_id = :email
            AND id > :after
          ORDER BY id
          LIMIT
            :limit
        )
      )
  ) t
ORDER BY id
LIMIT
  :limit;

-- name: record-read-ahead
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 recordId: bigint[]
-- $8 expected: text[] with null elements
-- $9 kind: text[]
-- $10 actor: text[]
-- $11 reason: text[] with null elements
-- $12 address: text[] with null elements
-- $13 userAgent: text[] with null elements
-- $14 requestId: text[] with null elements
-- $15 longestLife: float8
-- $16 limitedRoles: text[]
-- $17 roleLives: float8[] with null elements
-- $18 roleLongestLives: float8[] with null elements
-- $19 registeredOnly: boolean
WITH
  principal AS MATERIALIZED (
    SELECT
      batch.ordinal,
      batch.record_id,
      batch.kind,
      batch.actor,
      batch.reason,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN t.generation = coalesce(batch.generation, t.generation)
        AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
      END AS unconfirmed,
      u.mac = batch.expected AS is_expected
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :issued::float8[]),
        (SELECT :expires::float8[]),
        (SELECT :generation::bigint[]),
        (SELECT :recordId::bigint[]),
        (SELECT :expected::text[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        unique_id,
        subject,
        client_id,
        issued,
        expires,
        generation,
        record_id,
        expected,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.subject = batch.subject
      AND t.client_id = batch.client_id
      JOIN users u ON u.email = t.subject
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      u.enabled
      AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  ),
  act AS (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      principal.ordinal,
      principal.kind,
      principal.actor,
      principal.reason,
      principal.address,
      principal.user_agent,
      principal.request_id
    FROM
      principal
      JOIN refresh_tokens t ON t.id = principal.record_id
    WHERE principal.is_expected
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  principal.ordinal::int,
  principal.email,
  principal."isAdministrator",
  principal.roles,
  principal.mac,
  principal.unconfirmed,
  principal.is_expected IS TRUE AS "isExpected",
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  principal
  LEFT JOIN act ON act.ordinal = principal.ordinal;

-- name: record-read-each
-- $1 recordId: bigint[]
-- $2 kind: text[]
-- $3 actor: text[]
-- $4 reason: text[] with null elements
-- $5 address: text[] with null elements
-- $6 userAgent: text[] with null elements
-- $7 requestId: text[] with null elements
WITH
  act AS (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      batch.*
    FROM
      unnest(
        (SELECT :recordId::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (record_id, kind, actor, reason, address, user_agent, request_id, ordinal)
      JOIN refresh_tokens t ON t.id = batch.record_id
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  ordinal::int,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM act;

-- name: record-read-page
-- $1 ids: bigint[]
-- $2 smallBytes: bigint
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600 AS bytes
    FROM refresh_tokens t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ),
  page AS (
    SELECT coalesce(sum(bytes), 0) <= :smallBytes::bigint AS fits
    FROM act
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      CASE
        WHEN min(subject) = max(subject) THEN min(subject)
      END,
      CASE
        WHEN min(client_id) = max(client_id) THEN min(client_id)
      END,
      CASE
        WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
      END::uuid,
      array_agg(
        id
        ORDER BY id
      )
    FROM
      act,
      page
    WHERE fits
    HAVING
      count(*) > 0
  )
SELECT
  act.id AS "foundId",
  act.bytes::int,
  page.fits,
  shown.*
FROM
  page,
  act
  LEFT JOIN LATERAL (
    SELECT
      id,
      unique_id AS "uniqueId",
      subject,
      client_id AS "clientId",
      expires_on AS "expiresOn",
      protected_ticket AS "protectedTicket",
      ticket_hash AS "ticketHash",
      ticket_salt AS "ticketSalt",
      system_id AS "systemId",
      updated_by AS "updatedBy",
      created_on AS "createdOn",
      updated_on AS "updatedOn",
      is_new AS "isNew",
      issued
    WHERE page.fits
  ) shown ON true;

-- name: record-read-slice
-- sent again when its connection broke
-- $1 ids: bigint[]
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600 AS bytes
    FROM refresh_tokens t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act;

-- name: record-replace-client
-- $1 email: text
-- $2 pseudonym: text
-- $3 limit: bigint
UPDATE refresh_tokens
SET
  client_id = :pseudonym
WHERE
  id = ANY (
    ARRAY(
      SELECT id
      FROM refresh_tokens
      WHERE
        client_id = :email
        AND NOT issued
      ORDER BY id
      LIMIT
        :limit
      FOR UPDATE
    )
  )
RETURNING id;

-- name: record-search-client-id
-- $1 wanted: text
-- $2 skip: bigint
-- $3 take: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  batch AS MATERIALIZED (
    SELECT
      :wanted::text AS wanted,
      :skip::bigint AS skip,
      :take::bigint AS take,
      :kind::text AS kind,
      :actor::text AS actor,
      :reason::text AS reason,
      :address::text AS address,
      :userAgent::text AS user_agent,
      :requestId::text AS request_id,
      1 AS ordinal
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-client-id-ahead
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 expected: text[] with null elements
-- $8 wanted: text[]
-- $9 skip: bigint[]
-- $10 take: bigint[]
-- $11 kind: text[]
-- $12 actor: text[]
-- $13 reason: text[] with null elements
-- $14 address: text[] with null elements
-- $15 userAgent: text[] with null elements
-- $16 requestId: text[] with null elements
-- $17 longestLife: float8
-- $18 limitedRoles: text[]
-- $19 roleLives: float8[] with null elements
-- $20 roleLongestLives: float8[] with null elements
-- $21 registeredOnly: boolean
WITH
  principal AS MATERIALIZED (
    SELECT
      batch.ordinal,
      batch.wanted,
      batch.skip,
      batch.take,
      batch.kind,
      batch.actor,
      batch.reason,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN t.generation = coalesce(batch.generation, t.generation)
        AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
      END AS unconfirmed,
      u.mac = batch.expected AS is_expected
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :issued::float8[]),
        (SELECT :expires::float8[]),
        (SELECT :generation::bigint[]),
        (SELECT :expected::text[]),
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        unique_id,
        subject,
        client_id,
        issued,
        expires,
        generation,
        expected,
        wanted,
        skip,
        take,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.subject = batch.subject
      AND t.client_id = batch.client_id
      JOIN users u ON u.email = t.subject
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      u.enabled
      AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  ),
  batch AS (
    SELECT
      ordinal,
      wanted,
      skip,
      take,
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id
    FROM principal
    WHERE is_expected
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  principal.ordinal::int,
  principal.email,
  principal."isAdministrator",
  principal.roles,
  principal.mac,
  principal.unconfirmed,
  principal.is_expected IS TRUE AS "isExpected",
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  principal
  LEFT JOIN found ON found.ordinal = principal.ordinal
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-client-id-descending
-- $1 wanted: text
-- $2 skip: bigint
-- $3 take: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  batch AS MATERIALIZED (
    SELECT
      :wanted::text AS wanted,
      :skip::bigint AS skip,
      :take::bigint AS take,
      :kind::text AS kind,
      :actor::text AS actor,
      :reason::text AS reason,
      :address::text AS address,
      :userAgent::text AS user_agent,
      :requestId::text AS request_id,
      1 AS ordinal
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-client-id-descending-ahead
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 expected: text[] with null elements
-- $8 wanted: text[]
-- $9 skip: bigint[]
-- $10 take: bigint[]
-- $11 kind: text[]
-- $12 actor: text[]
-- $13 reason: text[] with null elements
-- $14 address: text[] with null elements
-- $15 userAgent: text[] with null elements
-- $16 requestId: text[] with null elements
-- $17 longestLife: float8
-- $18 limitedRoles: text[]
-- $19 roleLives: float8[] with null elements
-- $20 roleLongestLives: float8[] with null elements
-- $21 registeredOnly: boolean
WITH
  principal AS MATERIALIZED (
    SELECT
      batch.ordinal,
      batch.wanted,
      batch.skip,
      batch.take,
      batch.kind,
      batch.actor,
      batch.reason,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN t.generation = coalesce(batch.generation, t.generation)
        AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
      END AS unconfirmed,
      u.mac = batch.expected AS is_expected
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :issued::float8[]),
        (SELECT :expires::float8[]),
        (SELECT :generation::bigint[]),
        (SELECT :expected::text[]),
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        unique_id,
        subject,
        client_id,
        issued,
        expires,
        generation,
        expected,
        wanted,
        skip,
        take,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.subject = batch.subject
      AND t.client_id = batch.client_id
      JOIN users u ON u.email = t.subject
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      u.enabled
      AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  ),
  batch AS (
    SELECT
      ordinal,
      wanted,
      skip,
      take,
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id
    FROM principal
    WHERE is_expected
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  principal.ordinal::int,
  principal.email,
  principal."isAdministrator",
  principal.roles,
  principal.mac,
  principal.unconfirmed,
  principal.is_expected IS TRUE AS "isExpected",
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  principal
  LEFT JOIN found ON found.ordinal = principal.ordinal
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-client-id-descending-each
-- $1 wanted: text[]
-- $2 skip: bigint[]
-- $3 take: bigint[]
-- $4 kind: text[]
-- $5 actor: text[]
-- $6 reason: text[] with null elements
-- $7 address: text[] with null elements
-- $8 userAgent: text[] with null elements
-- $9 requestId: text[] with null elements
WITH
  batch AS MATERIALIZED (
    SELECT *
    FROM
      unnest(
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (wanted, skip, take, kind, actor, reason, address, user_agent, request_id, ordinal)
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-client-id-each
-- $1 wanted: text[]
-- $2 skip: bigint[]
-- $3 take: bigint[]
-- $4 kind: text[]
-- $5 actor: text[]
-- $6 reason: text[] with null elements
-- $7 address: text[] with null elements
-- $8 userAgent: text[] with null elements
-- $9 requestId: text[] with null elements
WITH
  batch AS MATERIALIZED (
    SELECT *
    FROM
      unnest(
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (wanted, skip, take, kind, actor, reason, address, user_agent, request_id, ordinal)
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE client_id BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              client_id ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE client_id BETWEEN found.wanted AND found.wanted
        ORDER BY
          client_id ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject
-- $1 wanted: text
-- $2 skip: bigint
-- $3 take: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  batch AS MATERIALIZED (
    SELECT
      :wanted::text AS wanted,
      :skip::bigint AS skip,
      :take::bigint AS take,
      :kind::text AS kind,
      :actor::text AS actor,
      :reason::text AS reason,
      :address::text AS address,
      :userAgent::text AS user_agent,
      :requestId::text AS request_id,
      1 AS ordinal
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject-ahead
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 expected: text[] with null elements
-- $8 wanted: text[]
-- $9 skip: bigint[]
-- $10 take: bigint[]
-- $11 kind: text[]
-- $12 actor: text[]
-- $13 reason: text[] with null elements
-- $14 address: text[] with null elements
-- $15 userAgent: text[] with null elements
-- $16 requestId: text[] with null elements
-- $17 longestLife: float8
-- $18 limitedRoles: text[]
-- $19 roleLives: float8[] with null elements
-- $20 roleLongestLives: float8[] with null elements
-- $21 registeredOnly: boolean
WITH
  principal AS MATERIALIZED (
    SELECT
      batch.ordinal,
      batch.wanted,
      batch.skip,
      batch.take,
      batch.kind,
      batch.actor,
      batch.reason,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN t.generation = coalesce(batch.generation, t.generation)
        AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
      END AS unconfirmed,
      u.mac = batch.expected AS is_expected
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :issued::float8[]),
        (SELECT :expires::float8[]),
        (SELECT :generation::bigint[]),
        (SELECT :expected::text[]),
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        unique_id,
        subject,
        client_id,
        issued,
        expires,
        generation,
        expected,
        wanted,
        skip,
        take,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.subject = batch.subject
      AND t.client_id = batch.client_id
      JOIN users u ON u.email = t.subject
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      u.enabled
      AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  ),
  batch AS (
    SELECT
      ordinal,
      wanted,
      skip,
      take,
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id
    FROM principal
    WHERE is_expected
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  principal.ordinal::int,
  principal.email,
  principal."isAdministrator",
  principal.roles,
  principal.mac,
  principal.unconfirmed,
  principal.is_expected IS TRUE AS "isExpected",
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  principal
  LEFT JOIN found ON found.ordinal = principal.ordinal
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject-any-order
-- $1 wanted: text[]
-- $2 orderBy: text[]
-- $3 descending: boolean[]
-- $4 skip: bigint[]
-- $5 take: bigint[]
-- $6 kind: text[]
-- $7 actor: text[]
-- $8 reason: text[] with null elements
-- $9 address: text[] with null elements
-- $10 userAgent: text[] with null elements
-- $11 requestId: text[] with null elements
WITH
  batch AS (
    SELECT *
    FROM
      unnest(
        (SELECT :wanted::text[]),
        (SELECT :orderBy::text[]),
        (SELECT :descending::boolean[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (wanted, order_by, descending, skip, take, kind, actor, reason, address, user_agent, request_id, ordinal)
  ),
  found AS (
    SELECT
      batch.*,
      t.*,
      CASE
        WHEN descending THEN total + 1 - rank
        ELSE rank
      END AS place
    FROM
      batch,
      LATERAL (
        SELECT
          *,
          created_on > now() - interval '24 hours' AS is_new,
          octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600 AS bytes,
          count(*) OVER () AS total,
          row_number() OVER (
            ORDER BY
              CASE
                WHEN batch.order_by = 'Subject' THEN "subject"
              END,
              CASE
                WHEN batch.order_by = 'ClientId' THEN "client_id"
              END,
              CASE
                WHEN batch.order_by = 'ExpiresOn' THEN "expires_on"
              END,
              CASE
                WHEN batch.order_by = 'UpdatedOn' THEN "updated_on"
              END,
              CASE
                WHEN batch.order_by = 'CreatedOn' THEN "created_on"
              END,
              CASE
                WHEN batch.order_by = 'UniqueId' THEN "unique_id"
              END,
              CASE
                WHEN batch.order_by = 'UpdatedBy' THEN "updated_by"
              END,
              CASE
                WHEN batch.order_by = 'IsNew' THEN (created_on > now() - interval '24 hours')
              END,
              CASE
                WHEN batch.order_by = 'SystemId' THEN left("system_id", 512)
              END,
              CASE
                WHEN batch.order_by = 'ToStringText' THEN left(("subject" || ' (' || "client_id" || ')'), 512)
              END,
              id
          ) AS rank
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject = batch.wanted
            ORDER BY id
            LIMIT
              101
          ) refresh_tokens
      ) t
  ),
  page AS (
    SELECT
      *,
      total <= 100
      AND sum(bytes) OVER (
        PARTITION BY
          ordinal
      ) <= 1048576 AS fits
    FROM found
    WHERE
      place > skip
      AND place <= skip + take
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      CASE
        WHEN min(subject) = max(subject) THEN min(subject)
      END,
      CASE
        WHEN min(client_id) = max(client_id) THEN min(client_id)
      END,
      CASE
        WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
      END::uuid,
      array_agg(
        id
        ORDER BY id
      )
    FROM page
    WHERE fits
    GROUP BY
      ordinal,
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id
  )
SELECT
  batch.ordinal::int,
  coalesce(counted.total, 0)::int AS total,
  page.place::int,
  coalesce(page.fits, counted.total <= 100, true) AS fits,
  shown.*
FROM
  batch
  LEFT JOIN (
    SELECT DISTINCT
      ordinal,
      total
    FROM found
  ) counted USING (ordinal)
  LEFT JOIN page ON page.ordinal = batch.ordinal
  AND (
    page.fits
    OR page.place = batch.skip + 1
  )
  LEFT JOIN LATERAL (
    SELECT
      id,
      unique_id AS "uniqueId",
      subject,
      client_id AS "clientId",
      expires_on AS "expiresOn",
      protected_ticket AS "protectedTicket",
      ticket_hash AS "ticketHash",
      ticket_salt AS "ticketSalt",
      system_id AS "systemId",
      updated_by AS "updatedBy",
      created_on AS "createdOn",
      updated_on AS "updatedOn",
      is_new AS "isNew",
      issued
    WHERE page.fits
  ) shown ON true
ORDER BY
  batch.ordinal,
  page.place;

-- name: record-search-subject-descending
-- $1 wanted: text
-- $2 skip: bigint
-- $3 take: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  batch AS MATERIALIZED (
    SELECT
      :wanted::text AS wanted,
      :skip::bigint AS skip,
      :take::bigint AS take,
      :kind::text AS kind,
      :actor::text AS actor,
      :reason::text AS reason,
      :address::text AS address,
      :userAgent::text AS user_agent,
      :requestId::text AS request_id,
      1 AS ordinal
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject-descending-ahead
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 expected: text[] with null elements
-- $8 wanted: text[]
-- $9 skip: bigint[]
-- $10 take: bigint[]
-- $11 kind: text[]
-- $12 actor: text[]
-- $13 reason: text[] with null elements
-- $14 address: text[] with null elements
-- $15 userAgent: text[] with null elements
-- $16 requestId: text[] with null elements
-- $17 longestLife: float8
-- $18 limitedRoles: text[]
-- $19 roleLives: float8[] with null elements
-- $20 roleLongestLives: float8[] with null elements
-- $21 registeredOnly: boolean
WITH
  principal AS MATERIALIZED (
    SELECT
      batch.ordinal,
      batch.wanted,
      batch.skip,
      batch.take,
      batch.kind,
      batch.actor,
      batch.reason,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN t.generation = coalesce(batch.generation, t.generation)
        AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
      END AS unconfirmed,
      u.mac = batch.expected AS is_expected
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :subject::text[]),
        (SELECT :clientId::text[]),
        (SELECT :issued::float8[]),
        (SELECT :expires::float8[]),
        (SELECT :generation::bigint[]),
        (SELECT :expected::text[]),
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (
        unique_id,
        subject,
        client_id,
        issued,
        expires,
        generation,
        expected,
        wanted,
        skip,
        take,
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        ordinal
      )
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.subject = batch.subject
      AND t.client_id = batch.client_id
      JOIN users u ON u.email = t.subject
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      u.enabled
      AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  ),
  batch AS (
    SELECT
      ordinal,
      wanted,
      skip,
      take,
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id
    FROM principal
    WHERE is_expected
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  principal.ordinal::int,
  principal.email,
  principal."isAdministrator",
  principal.roles,
  principal.mac,
  principal.unconfirmed,
  principal.is_expected IS TRUE AS "isExpected",
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  principal
  LEFT JOIN found ON found.ordinal = principal.ordinal
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject-descending-each
-- $1 wanted: text[]
-- $2 skip: bigint[]
-- $3 take: bigint[]
-- $4 kind: text[]
-- $5 actor: text[]
-- $6 reason: text[] with null elements
-- $7 address: text[] with null elements
-- $8 userAgent: text[] with null elements
-- $9 requestId: text[] with null elements
WITH
  batch AS MATERIALIZED (
    SELECT *
    FROM
      unnest(
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (wanted, skip, take, kind, actor, reason, address, user_agent, request_id, ordinal)
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject DESC,
              id DESC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject DESC,
          id DESC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-search-subject-each
-- $1 wanted: text[]
-- $2 skip: bigint[]
-- $3 take: bigint[]
-- $4 kind: text[]
-- $5 actor: text[]
-- $6 reason: text[] with null elements
-- $7 address: text[] with null elements
-- $8 userAgent: text[] with null elements
-- $9 requestId: text[] with null elements
WITH
  batch AS MATERIALIZED (
    SELECT *
    FROM
      unnest(
        (SELECT :wanted::text[]),
        (SELECT :skip::bigint[]),
        (SELECT :take::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (wanted, skip, take, kind, actor, reason, address, user_agent, request_id, ordinal)
  ),
  found AS (
    SELECT
      batch.*,
      total,
      shown.*,
      records <= 100
      AND bytes <= 1048576
      AND (
        total <= 1000
        OR skip + take <= 1000
      ) AS fits
    FROM
      batch
      CROSS JOIN LATERAL (
        SELECT count(*) AS total
        FROM
          (
            SELECT
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            LIMIT
              1001
          ) matching
      ) counted
      CROSS JOIN LATERAL (
        SELECT
          count(*) AS records,
          sum(
            octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600
          ) AS bytes,
          CASE
            WHEN min(subject) = max(subject) THEN min(subject)
          END AS shown_subject,
          CASE
            WHEN min(client_id) = max(client_id) THEN min(client_id)
          END AS shown_client_id,
          CASE
            WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
          END::uuid AS shown_session_id,
          array_agg(
            id
            ORDER BY id
          ) AS shown_record_ids
        FROM
          (
            SELECT *
            FROM refresh_tokens
            WHERE subject BETWEEN batch.wanted AND batch.wanted
            ORDER BY
              subject ASC,
              id ASC
            OFFSET
              batch.skip
            LIMIT
              least(batch.take, 101)
          ) page
      ) shown
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      shown_subject,
      shown_client_id,
      shown_session_id,
      shown_record_ids
    FROM found
    WHERE fits
  )
SELECT
  ordinal::int,
  found.total::int,
  found.fits,
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket",
  ticket_hash AS "ticketHash",
  ticket_salt AS "ticketSalt",
  system_id AS "systemId",
  updated_by AS "updatedBy",
  created_on AS "createdOn",
  updated_on AS "updatedOn",
  is_new AS "isNew",
  issued
FROM
  found
  LEFT JOIN LATERAL (
    SELECT
      *,
      created_on > now() - interval '24 hours' AS is_new
    FROM
      (
        SELECT *
        FROM refresh_tokens
        WHERE subject BETWEEN found.wanted AND found.wanted
        ORDER BY
          subject ASC,
          id ASC
        OFFSET
          found.skip
        LIMIT
          least(found.take, 101)
      ) page
  ) record ON found.fits;

-- name: record-shown
-- $1 ids: bigint[]
-- $2 kind: text
-- $3 actor: text
-- $4 reason: text or null
-- $5 address: text or null
-- $6 userAgent: text or null
-- $7 requestId: text or null
INSERT INTO
  audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
SELECT
  :kind::text,
  :actor::text,
  :reason::text,
  :address::text,
  :userAgent::text,
  :requestId::text,
  CASE
    WHEN min(subject) = max(subject) THEN min(subject)
  END,
  CASE
    WHEN min(client_id) = max(client_id) THEN min(client_id)
  END,
  CASE
    WHEN min(unique_id::text) = max(unique_id::text) THEN min(unique_id::text)
  END::uuid,
  array_agg(
    id
    ORDER BY id
  )
FROM
  (
    SELECT
      t.*,
      t.created_on > now() - interval '24 hours' AS is_new,
      octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt) + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600 AS bytes
    FROM refresh_tokens t
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act
HAVING
  count(*) > 0;

-- name: record-update
-- $1 subject: text
-- $2 clientId: text
-- $3 expiresOn: timestamptz
-- $4 protectedTicket: text
-- $5 ticketHash: text
-- $6 ticketSalt: text
-- $7 systemId: text or null
-- $8 updatedBy: text
-- $9 id: bigint
-- $10 kind: text
-- $11 actor: text
-- $12 reason: text or null
-- $13 address: text or null
-- $14 userAgent: text or null
-- $15 requestId: text or null
WITH
  act AS (
    UPDATE refresh_tokens t
    SET
      subject = :subject,
      client_id = :clientId,
      expires_on = CASE
        WHEN was.lives THEN least(:expiresOn::timestamptz, was.expires_on)
        ELSE :expiresOn
      END,
      protected_ticket = :protectedTicket,
      ticket_hash = :ticketHash,
      ticket_salt = :ticketSalt,
      system_id = :systemId,
      updated_by = :updatedBy,
      updated_on = date_trunc('second', now()),
      issued = was.lives
      AND :expiresOn > now()
      AND t.subject = :subject
      AND t.client_id = :clientId
      AND t.protected_ticket = :protectedTicket
      AND t.ticket_hash = :ticketHash
      AND t.ticket_salt = :ticketSalt
    FROM
      (
        SELECT
          *,
          issued
          AND expires_on > now() AS lives
        FROM refresh_tokens
        WHERE id = :id
        FOR UPDATE
      ) was
    WHERE t.id = was.id
    RETURNING
      was.id,
      was.unique_id,
      was.subject,
      was.client_id,
      was.last_address,
      was.last_user_agent,
      was.last_request_id,
      was.last_redeemed_on,
      t.updated_on,
      t.updated_by,
      was.issued
      AND NOT t.issued AS ended,
      (
        SELECT
          jsonb_agg(jsonb_build_object('PropertyName', member, 'OldValue', left(old_value, 1000), 'NewValue', left(new_value, 1000)))
        FROM
          (
            VALUES
              ('Subject', was.subject, t.subject),
              ('ClientId', was.client_id, t.client_id),
              (
                'ExpiresOn',
                to_char(was.expires_on AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                to_char(t.expires_on AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
              ),
              ('SystemId', was.system_id, t.system_id)
          ) AS of_member (member, old_value, new_value)
        WHERE old_value IS DISTINCT FROM new_value
      ) AS changes
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on,
        changes
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on,
      changes
    FROM act
  )
SELECT
  id,
  updated_on AS "updatedOn",
  updated_by AS "updatedBy",
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  ended
FROM act;

-- name: recovery-codes
-- sent again when its connection broke
-- $1 email: text
SELECT recovery_codes AS sealed
FROM users
WHERE email = :email;

-- name: recovery-codes-all
-- sent again when its connection broke
SELECT
  email,
  recovery_codes AS sealed
FROM users
WHERE recovery_codes IS NOT NULL;

-- name: recovery-codes-replace
-- $1 email: text
-- $2 was: text
-- $3 now: text
UPDATE users
SET
  recovery_codes = :now
WHERE
  email = :email
  AND recovery_codes = :was
RETURNING email;

-- name: resource-columns
-- $1 tables: text[]
SELECT
  wanted.name AS table,
  array_agg(a.attname::text) AS columns
FROM
  unnest(:tables::text[]) AS wanted (name)
  JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(wanted.name))
WHERE
  a.attnum > 0
  AND NOT a.attisdropped
GROUP BY
  wanted.name;

-- name: session-add-cutoff
-- $1 subject: text or null
-- $2 clientId: text or null
-- $3 issuedBefore: timestamptz or null
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
-- $10 endReason: text
WITH
  cutoff AS (
    INSERT INTO
      session_cutoffs (subject, client_id, issued_before, reason, actor, address, user_agent, request_id)
    VALUES
      (
        :subject::text,
        :clientId::text,
        :issuedBefore::timestamptz,
        :endReason::text,
        :actor::text,
        :address::text,
        :userAgent::text,
        :requestId::text
      )
    RETURNING
      id,
      subject,
      client_id
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, subject, client_id, record_ids)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      '{}'
    FROM cutoff
  )
SELECT id
FROM cutoff;

-- name: session-client
-- sent again when its connection broke
-- $1 id: bigint
-- $2 uniqueId: uuid
SELECT client_id AS "clientId"
FROM refresh_tokens
WHERE
  id = :id
  AND unique_id = :uniqueId
  AND issued;

-- name: session-confirm
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 generation: bigint[]
WITH
  confirmed AS (
    SELECT
      t.id,
      batch.generation
    FROM
      unnest(
        (SELECT :uniqueId::uuid[]),
        (SELECT :generation::bigint[])
      ) WITH ORDINALITY AS batch (unique_id, generation, ordinal)
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id
      AND t.generation = batch.generation
    WHERE
      t.issued
      AND t.confirmed_generation IS DISTINCT FROM batch.generation
    FOR NO KEY UPDATE OF
      t SKIP LOCKED
  )
UPDATE refresh_tokens t
SET
  confirmed_generation = confirmed.generation
FROM confirmed
WHERE t.id = confirmed.id;

-- name: session-count
SELECT
  count(*)::int AS count,
  max(id) AS "lastId"
FROM refresh_tokens
WHERE issued;

-- name: session-count-by-ids
-- sent again when its connection broke
-- $1 ids: bigint[]
SELECT count(*)::int AS count
FROM refresh_tokens
WHERE
  issued
  AND id = ANY (
    (SELECT :ids::bigint[])::bigint[]
  );

-- name: session-count-first
-- sent again when its connection broke
-- $1 longestLife: float8
-- $2 limitedRoles: text[]
-- $3 roleLives: float8[] with null elements
-- $4 roleLongestLives: float8[] with null elements
-- $5 issuedBefore: timestamptz or null
-- $6 limit: bigint
SELECT
  count(*)::int AS rows,
  count(*) FILTER (
    WHERE would_end
  )::int AS sessions,
  coalesce(:issuedBefore::timestamptz <= now(), true) AS "isPast"
FROM
  (
    SELECT
      t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
              SELECT
                shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
              FROM users holder
              WHERE holder.email = t.subject
            )
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
                SELECT shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLives::float8[])
                FROM users holder
                WHERE holder.email = t.subject
              )
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(t.auth_time < :issuedBefore::timestamptz, true) AS would_end
    FROM
      refresh_tokens t
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      t.issued
      AND true
    LIMIT
      :limit::bigint
  ) counted;

-- name: session-count-first-of-client
-- sent again when its connection broke
-- $1 longestLife: float8
-- $2 limitedRoles: text[]
-- $3 roleLives: float8[] with null elements
-- $4 roleLongestLives: float8[] with null elements
-- $5 issuedBefore: timestamptz or null
-- $6 limit: bigint
-- $7 clientId: text
SELECT
  count(*)::int AS rows,
  count(*) FILTER (
    WHERE would_end
  )::int AS sessions,
  coalesce(:issuedBefore::timestamptz <= now(), true) AS "isPast"
FROM
  (
    SELECT
      t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
              SELECT
                shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
              FROM users holder
              WHERE holder.email = t.subject
            )
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
                SELECT shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLives::float8[])
                FROM users holder
                WHERE holder.email = t.subject
              )
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(t.auth_time < :issuedBefore::timestamptz, true) AS would_end
    FROM
      refresh_tokens t
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      t.issued
      AND t.client_id = :clientId
    LIMIT
      :limit::bigint
  ) counted;

-- name: session-count-first-of-subject
-- sent again when its connection broke
-- $1 longestLife: float8
-- $2 limitedRoles: text[]
-- $3 roleLives: float8[] with null elements
-- $4 roleLongestLives: float8[] with null elements
-- $5 issuedBefore: timestamptz or null
-- $6 limit: bigint
-- $7 subject: text
-- $8 clientId: text or null
SELECT
  count(*)::int AS rows,
  count(*) FILTER (
    WHERE would_end
  )::int AS sessions,
  coalesce(:issuedBefore::timestamptz <= now(), true) AS "isPast"
FROM
  (
    SELECT
      t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
              SELECT
                shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
              FROM users holder
              WHERE holder.email = t.subject
            )
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
                SELECT shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLives::float8[])
                FROM users holder
                WHERE holder.email = t.subject
              )
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(t.auth_time < :issuedBefore::timestamptz, true) AS would_end
    FROM
      refresh_tokens t
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      t.issued
      AND t.subject = :subject
      AND t.client_id = coalesce(:clientId::text, t.client_id)
    LIMIT
      :limit::bigint
  ) counted;

-- name: session-current
-- sent again when its connection broke
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 generation: bigint
-- $4 token: text
-- $5 longestLife: float8
-- $6 limitedRoles: text[]
-- $7 roleLives: float8[] with null elements
-- $8 roleLongestLives: float8[] with null elements
-- $9 registeredOnly: boolean
SELECT
  t.id,
  t.unique_id AS "uniqueId",
  t.generation,
  t.subject,
  t.client_id AS "clientId",
  t.auth_time AS "authTime",
  t.amr,
  t.cutoffs_seen AS "cutoffsSeen",
  now() AS now,
  t.rotated_on AS "rotatedOn",
  t.protected_ticket AS "protectedTicket",
  t.jkt,
  least(
    t.expires_on,
    t.auth_time + make_interval(
      secs => least(
        coalesce(client.refresh_token_max_age, :longestLife::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
        END
      )
    ),
    t.rotated_on + make_interval(
      secs => least(
        client.refresh_token_ttl,
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
        END
      )
    )
  ) AS "expiresOn",
  u.email,
  u.is_administrator AS "isAdministrator",
  u.roles,
  u.mac
FROM
  refresh_tokens t
  JOIN users u ON u.email = t.subject
  LEFT JOIN clients client ON client.client_id = t.client_id
WHERE
  t.id = :id
  AND t.unique_id = :uniqueId
  AND t.generation = :generation
  AND t.ticket_hash = encode(sha256(convert_to(t.ticket_salt || :token::text, 'UTF8')), 'base64')
  AND t.issued
  AND t.expires_on > now()
  AND t.auth_time + make_interval(
    secs => least(
      coalesce(client.refresh_token_max_age, :longestLife::float8),
      CASE
        WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
      END
    )
  ) > now()
  AND coalesce(
    t.rotated_on + make_interval(
      secs => least(
        client.refresh_token_ttl,
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
        END
      )
    ) > now(),
    true
  )
  AND NOT (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  )
  AND coalesce(client.enabled, NOT :registeredOnly::boolean)
  AND coalesce('refresh_token' = ANY (string_to_array(client.allowed_grants, ' ')), true)
  AND u.enabled;

-- name: session-cutoffs-after
-- sent again when its connection broke
-- $1 after: bigint
-- $2 limit: int
SELECT
  id AS number,
  subject,
  client_id AS "clientId",
  ceil(
    extract(
      epoch
      FROM least(issued_before, created_on + interval '10 minutes')
    )
  )::float8 AS "authTimeBefore"
FROM session_cutoffs
WHERE
  id > CASE
    WHEN :after::bigint <= pg_sequence_last_value (pg_get_serial_sequence('session_cutoffs', 'id')::regclass) THEN :after::bigint
    ELSE 0
  END
ORDER BY id
LIMIT
  :limit::int;

-- name: session-cutoffs-naming
-- $1 email: text
SELECT
  subject,
  client_id AS "clientId",
  issued_before AS "issuedBefore",
  reason,
  actor,
  address,
  user_agent AS "userAgent",
  created_on AS "createdOn"
FROM session_cutoffs
WHERE
  subject = :email
  OR actor = :email
ORDER BY id;

-- name: session-device
-- sent again when its connection broke
-- $1 uniqueId: uuid
SELECT
  host(t.first_address) AS "firstAddress",
  host(t.last_address) AS "lastAddress",
  t.last_user_agent AS "lastUserAgent",
  t.last_redeemed_on AS "lastRedeemedOn",
  t.device_name AS "deviceName"
FROM refresh_tokens t
WHERE
  unique_id = :uniqueId
  AND issued;

-- name: session-diagnose
-- sent again when its connection broke
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 clientId: text or null
-- $4 generation: bigint
-- $5 longestLife: float8
-- $6 limitedRoles: text[]
-- $7 roleLives: float8[] with null elements
-- $8 roleLongestLives: float8[] with null elements
-- $9 registeredOnly: boolean
-- $10 address: inet or null
-- $11 jkt: text or null
SELECT
  t.id,
  t.unique_id AS "uniqueId",
  t.generation,
  t.subject,
  t.client_id AS "clientId",
  t.auth_time AS "authTime",
  t.amr,
  t.cutoffs_seen AS "cutoffsSeen",
  now() AS now,
  t.issued,
  t.first_generation AS "firstGeneration",
  t.ticket_salt AS salt,
  t.ticket_hash AS hash,
  t.client_id = coalesce(:clientId::text, t.client_id) AS "isSameClient",
  NOT (
    t.issued
    AND t.expires_on > now()
    AND t.auth_time + make_interval(
      secs => least(
        coalesce(client.refresh_token_max_age, :longestLife::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
        END
      )
    ) > now()
    AND coalesce(
      t.rotated_on + make_interval(
        secs => least(
          client.refresh_token_ttl,
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
          END
        )
      ) > now(),
      true
    )
  ) AS "isExpired",
  (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  ) AS "isCut",
  CASE
    WHEN client.enabled THEN CASE
      WHEN NOT coalesce('refresh_token' = ANY (string_to_array(client.allowed_grants, ' ')), true) THEN 'grant-not-allowed'
    END
    WHEN NOT client.enabled THEN 'client-disabled'
    WHEN :registeredOnly::boolean THEN 'client-not-registered'
  END AS "refusalOfClient",
  coalesce(
    (
      t.jkt IS NULL
      OR t.jkt = :jkt::text
    )
    AND (
      client.dpop_required IS NOT TRUE
      OR :jkt::text IS NOT NULL
    ),
    false
  ) AS "isOfKey",
  t.bound_from AS "boundFrom",
  extract(
    epoch
    FROM clock_timestamp() - (t.rotated_on || t.rotations) [t.generation - :generation::bigint]
  )::float8 AS "sinceSuperseded",
  extract(
    epoch
    FROM clock_timestamp() - (t.rotated_on || t.rotations) [t.generation - :generation::bigint - 1]
  )::float8 AS "sinceSuccessorSuperseded",
  t.confirmed_generation IS NOT DISTINCT FROM t.generation AS "isConfirmed",
  t.repetitions,
  coalesce(
    t.last_address <> :address::inet
    AND NOT t.last_address <<= set_masklen(
      :address::inet,
      CASE family(:address::inet)
        WHEN 4 THEN 24
        ELSE 48
      END
    ),
    false
  ) AS "isOtherNetwork",
  host(t.last_address) AS "lastAddress",
  t.last_user_agent AS "lastUserAgent",
  t.last_request_id AS "lastRequestId",
  t.last_redeemed_on AS "lastRedeemedOn",
  coalesce(u.enabled, false) AS "isUserEnabled",
  u.email,
  u.is_administrator AS "isAdministrator",
  u.roles,
  u.mac
FROM
  refresh_tokens t
  LEFT JOIN users u ON u.email = t.subject
  LEFT JOIN clients client ON client.client_id = t.client_id
WHERE
  t.id = :id
  AND t.unique_id = :uniqueId;

-- name: session-due-sweep
-- $1 lastSweep: timestamptz
SELECT now() AS "startedOn"
WHERE
  EXISTS (
    SELECT
    FROM session_cutoffs
    WHERE
      created_on > :lastSweep::timestamptz
      OR created_on < now() - interval '15 minutes'
  );

-- name: session-end-all
-- $1 subject: text
-- $2 clientId: text or null
-- $3 issuedBefore: timestamptz or null
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND subject = :subject
      AND client_id = coalesce(:clientId::text, client_id)
      AND coalesce(auth_time < :issuedBefore::timestamptz, true)
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-beyond
-- $1 id: bigint
-- $2 subject: text
-- $3 most: bigint
-- $4 longestLife: float8
-- $5 limitedRoles: text[]
-- $6 roleLives: float8[] with null elements
-- $7 roleLongestLives: float8[] with null elements
-- $8 kind: text
-- $9 actor: text
-- $10 reason: text or null
-- $11 address: text or null
-- $12 userAgent: text or null
-- $13 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND id = ANY (
        ARRAY(
          SELECT t.id
          FROM
            refresh_tokens t
            LEFT JOIN clients client ON client.client_id = t.client_id
          WHERE
            t.subject = :subject
            AND t.id <> :id
            AND t.issued
            AND t.expires_on > now()
            AND t.auth_time + make_interval(
              secs => least(
                coalesce(client.refresh_token_max_age, :longestLife::float8),
                CASE
                  WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
                    SELECT
                      shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
                    FROM users holder
                    WHERE holder.email = t.subject
                  )
                END
              )
            ) > now()
            AND coalesce(
              t.rotated_on + make_interval(
                secs => least(
                  client.refresh_token_ttl,
                  CASE
                    WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN (
                      SELECT shortest_life (holder.roles, holder.is_administrator, :limitedRoles::text[], :roleLives::float8[])
                      FROM users holder
                      WHERE holder.email = t.subject
                    )
                  END
                )
              ) > now(),
              true
            )
            AND NOT (
              EXISTS (
                SELECT
                FROM session_cutoffs
              )
              AND EXISTS (
                SELECT
                FROM session_cutoffs c
                WHERE
                  c.id + 0 > coalesce(t.cutoffs_seen, 0)
                  AND coalesce(c.subject, t.subject) = t.subject
                  AND coalesce(c.client_id, t.client_id) = t.client_id
                  AND coalesce(t.auth_time < c.issued_before, true)
              )
            )
          ORDER BY
            t.last_redeemed_on DESC NULLS LAST,
            t.id DESC
          OFFSET
            :most::bigint - 1
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-by-ids
-- $1 ids: bigint[]
-- $2 kind: text
-- $3 actor: text
-- $4 reason: text or null
-- $5 address: text or null
-- $6 userAgent: text or null
-- $7 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-cut
-- $1 id: bigint
-- $2 uniqueId: uuid or null
WITH
  cut AS (
    DELETE FROM refresh_tokens t
    WHERE
      t.id = :id
      AND t.unique_id = :uniqueId
      AND t.issued
      AND (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      t.cutoffs_seen,
      t.auth_time
  ),
  ended AS (
    SELECT
      cut.*,
      cutoff.reason,
      cutoff.actor,
      cutoff.address,
      cutoff.user_agent,
      cutoff.request_id
    FROM
      cut,
      LATERAL (
        SELECT *
        FROM session_cutoffs c
        WHERE
          c.id + 0 > coalesce(cut.cutoffs_seen, 0)
          AND coalesce(c.subject, cut.subject) = cut.subject
          AND coalesce(c.client_id, cut.client_id) = cut.client_id
          AND coalesce(cut.auth_time < c.issued_before, true)
        ORDER BY c.id
        LIMIT
          1
      ) cutoff
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      'session-ended',
      actor,
      reason,
      address,
      user_agent,
      request_id,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM ended
  )
SELECT
  ended.id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  reason,
  actor,
  address,
  user_agent AS "userAgent",
  request_id AS "requestId"
FROM ended;

-- name: session-end-elsewhere
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 generation: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      id = :id
      AND unique_id = :uniqueId
      AND issued
      AND first_generation <= :generation
      AND generation >= :generation
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT id
FROM act;

-- name: session-end-named
-- $1 namedId: uuid[]
-- $2 endedOn: timestamptz[]
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t USING unnest(
      (SELECT :namedId::uuid[]),
      (SELECT :endedOn::timestamptz[])
    ) WITH ORDINALITY AS batch (named_id, ended_on, ordinal)
    WHERE
      t.issued
      AND t.unique_id = batch.named_id
      AND t.auth_time <= batch.ended_on
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-next
-- $1 after: bigint
-- $2 upTo: bigint
-- $3 limit: int
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      issued
      AND id = ANY (
        ARRAY(
          SELECT id
          FROM refresh_tokens
          WHERE
            issued
            AND id > :after::bigint
            AND id <= :upTo::bigint
          ORDER BY id
          LIMIT
            :limit::int
          FOR UPDATE
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-of-access-token
-- $1 uniqueId: uuid
-- $2 subject: text
-- $3 clientId: text
-- $4 expires: float8
-- $5 kind: text
-- $6 actor: text
-- $7 reason: text or null
-- $8 address: text or null
-- $9 userAgent: text or null
-- $10 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      unique_id = :uniqueId
      AND issued
      AND subject = :subject
      AND client_id = :clientId
      AND to_timestamp(:expires::float8) > now()
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-others
-- $1 id: bigint
-- $2 subject: text
-- $3 clientId: text
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      subject = :subject
      AND client_id = :clientId
      AND issued
      AND id <> :id
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-replayed
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 generation: bigint
-- $4 kind: text
-- $5 actor: text
-- $6 reason: text or null
-- $7 address: text or null
-- $8 userAgent: text or null
-- $9 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      id = :id
      AND unique_id = :uniqueId
      AND issued
      AND first_generation <= :generation
      AND generation > :generation
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT id
FROM act;

-- name: session-end-revoked
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 generation: bigint
-- $4 clientId: text or null
-- $5 kind: text
-- $6 actor: text
-- $7 reason: text or null
-- $8 address: text or null
-- $9 userAgent: text or null
-- $10 requestId: text or null
WITH
  act AS (
    DELETE FROM refresh_tokens t
    WHERE
      id = :id
      AND unique_id = :uniqueId
      AND issued
      AND first_generation <= :generation
      AND client_id = coalesce(:clientId::text, client_id)
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      true AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM act;

-- name: session-end-surplus
-- $1 subject: text[]
-- $2 clientId: text[]
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  present AS (
    SELECT
      t.id,
      t.slot,
      batch.ordinal,
      coalesce(client.sessions_per_user, 1) AS most,
      row_number() OVER (
        PARTITION BY
          batch.ordinal
        ORDER BY
          t.expires_on > now() DESC,
          t.last_redeemed_on DESC NULLS LAST,
          t.id DESC
      ) AS use_order
    FROM
      unnest(
        (SELECT :subject::text[]),
        (SELECT :clientId::text[])
      ) WITH ORDINALITY AS batch (subject, client_id, ordinal)
      JOIN refresh_tokens t ON t.subject = batch.subject
      AND t.client_id = batch.client_id
      AND t.issued
      LEFT JOIN clients client ON client.client_id = t.client_id
  ),
  ended AS (
    DELETE FROM refresh_tokens t USING present
    WHERE
      t.id = present.id
      AND use_order > most
      AND t.issued
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on
  ),
  leaving AS (
    SELECT
      id,
      ordinal,
      row_number() OVER (
        PARTITION BY
          ordinal
        ORDER BY slot
      ) AS turn
    FROM present
    WHERE
      use_order <= most
      AND present.slot >= most
  ),
  free AS (
    SELECT
      ordinal,
      number,
      row_number() OVER (
        PARTITION BY
          ordinal
        ORDER BY number
      ) AS turn
    FROM
      (
        SELECT DISTINCT
          ordinal,
          most
        FROM present
      ) crowd,
      generate_series(0, crowd.most - 1) AS number
    WHERE
      NOT EXISTS (
        SELECT
        FROM present
        WHERE
          present.ordinal = crowd.ordinal
          AND use_order <= most
          AND slot = number
      )
  ),
  moved AS (
    UPDATE refresh_tokens t
    SET
      slot = free.number
    FROM
      leaving
      JOIN free USING (ordinal, turn),
      (
        SELECT count(*)
        FROM ended
      ) AS ends
    WHERE t.id = leaving.id
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM ended
  )
SELECT
  id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId"
FROM ended;

-- name: session-ends-of-request
-- sent again when its connection broke
-- $1 requestId: text
-- $2 after: bigint
-- $3 limit: int
WITH
  rows AS MATERIALIZED (
    SELECT id
    FROM refresh_tokens
    WHERE
      issued
      AND id > :after::bigint
      AND EXISTS (
        SELECT
        FROM session_cutoffs
        WHERE request_id = :requestId
      )
    ORDER BY id
    LIMIT
      :limit::int
  ),
  deleted AS MATERIALIZED (
    SELECT
      record_ids[1] AS id,
      session_id,
      subject,
      client_id,
      reason
    FROM audit_trail_entries
    WHERE
      kind = 'session-ended'
      AND request_id = :requestId
      AND record_ids[1] > :after::bigint
    ORDER BY record_ids[1]
    LIMIT
      :limit::int
  ),
  reached AS MATERIALIZED (
    SELECT
      nullif(
        least(
          CASE
            WHEN (
              SELECT count(*)
              FROM rows
            ) = :limit::int THEN (
              SELECT max(id)
              FROM rows
            )
            ELSE 9223372036854775807
          END,
          CASE
            WHEN (
              SELECT count(*)
              FROM deleted
            ) = :limit::int THEN (
              SELECT max(id)
              FROM deleted
            )
            ELSE 9223372036854775807
          END
        ),
        9223372036854775807
      ) AS up_to
  ),
  ends AS (
    SELECT
      id,
      session_id,
      subject,
      client_id,
      reason
    FROM deleted
    UNION ALL
    SELECT
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      cutoff.reason
    FROM
      refresh_tokens t,
      LATERAL (
        SELECT *
        FROM session_cutoffs c
        WHERE
          c.id + 0 > coalesce(t.cutoffs_seen, 0)
          AND coalesce(c.subject, t.subject) = t.subject
          AND coalesce(c.client_id, t.client_id) = t.client_id
          AND coalesce(t.auth_time < c.issued_before, true)
        ORDER BY c.id
        LIMIT
          1
      ) cutoff
    WHERE
      t.issued
      AND t.id > :after::bigint
      AND t.id <= (
        SELECT max(id)
        FROM rows
      )
      AND (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND cutoff.request_id = :requestId
  )
SELECT
  reached.up_to AS "upTo",
  ends.id,
  ends.session_id AS "uniqueId",
  ends.subject,
  ends.client_id AS "clientId",
  ends.reason
FROM
  reached
  LEFT JOIN ends ON ends.id <= coalesce(reached.up_to, 9223372036854775807)
ORDER BY ends.id;

-- name: session-erase-cutoffs
-- $1 email: text
-- $2 pseudonym: text
UPDATE session_cutoffs
SET
  subject = CASE
    WHEN subject = :email THEN :pseudonym::text
    ELSE subject
  END,
  actor = CASE
    WHEN actor = :email THEN :pseudonym::text
    ELSE actor
  END,
  address = CASE
    WHEN actor = :email THEN NULL
    ELSE address
  END,
  user_agent = CASE
    WHEN actor = :email THEN NULL
    ELSE user_agent
  END
WHERE
  subject = :email
  OR actor = :email
RETURNING id;

-- name: session-estimate
SELECT i.reltuples AS value
FROM
  pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
WHERE
  x.indexrelid = to_regclass('refresh_tokens_slots')
  AND t.reltuples >= 0;

-- name: session-find-crowds
-- sent again when its connection broke
-- $1 limit: int
WITH RECURSIVE
  named AS (
    (
      SELECT t.client_id
      FROM refresh_tokens t
      WHERE
        t.issued
        AND t.slot > 0
      ORDER BY t.client_id
      LIMIT
        1
    )
    UNION ALL
    SELECT next.client_id
    FROM
      named,
      LATERAL (
        SELECT t.client_id
        FROM refresh_tokens t
        WHERE
          t.issued
          AND t.slot > 0
          AND t.client_id > named.client_id
        ORDER BY t.client_id
        LIMIT
          1
      ) next
  )
SELECT
  crowd.subject,
  crowd.client_id AS "clientId"
FROM
  named
  LEFT JOIN clients client ON client.client_id = named.client_id,
  LATERAL (
    SELECT
      t.subject,
      t.client_id
    FROM refresh_tokens t
    WHERE
      t.issued
      AND t.slot > 0
      AND t.client_id = named.client_id
      AND t.slot >= coalesce(client.sessions_per_user, 1)
    LIMIT
      :limit::int
  ) crowd
LIMIT
  :limit::int;

-- name: session-find-named
-- $1 namedId: uuid[]
-- $2 endedOn: timestamptz[]
SELECT DISTINCT
  t.id,
  t.unique_id AS "uniqueId",
  t.subject,
  t.client_id AS "clientId",
  t.auth_time AS "authTime"
FROM
  unnest(
    (SELECT :namedId::uuid[]),
    (SELECT :endedOn::timestamptz[])
  ) WITH ORDINALITY AS batch (named_id, ended_on, ordinal)
  JOIN refresh_tokens t ON t.issued
  AND t.unique_id = batch.named_id
  AND t.auth_time <= batch.ended_on
ORDER BY t.id;

-- name: session-forget-cutoffs
-- $1 startedOn: timestamptz
DELETE FROM session_cutoffs
WHERE created_on < :startedOn::timestamptz - interval '15 minutes';

-- name: session-lock-cutoffs
-- not prepared: PostgreSQL does not see the name
-- $1 lock: bigint
SELECT pg_advisory_xact_lock(:lock);

-- name: session-lock-users
-- $1 subjects: text[]
SELECT id
FROM users
WHERE
  email = ANY (
    (SELECT :subjects::text[])::text[]
  )
ORDER BY email
FOR NO KEY UPDATE;

-- name: session-of-another-client
-- sent again when its connection broke
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 clientId: text
SELECT id
FROM refresh_tokens
WHERE
  id = :id
  AND unique_id = :uniqueId
  AND issued
  AND client_id <> :clientId;

-- name: session-principals
-- sent again when its connection broke
-- $1 uniqueId: uuid[]
-- $2 subject: text[]
-- $3 clientId: text[]
-- $4 issued: float8[]
-- $5 expires: float8[]
-- $6 generation: bigint[] with null elements
-- $7 longestLife: float8
-- $8 limitedRoles: text[]
-- $9 roleLives: float8[] with null elements
-- $10 roleLongestLives: float8[] with null elements
-- $11 registeredOnly: boolean
SELECT
  batch.ordinal::int,
  u.email,
  u.is_administrator AS "isAdministrator",
  u.roles,
  u.mac,
  CASE
    WHEN t.generation = coalesce(batch.generation, t.generation)
    AND t.generation > t.first_generation
    AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation
  END AS unconfirmed
FROM
  unnest(
    (SELECT :uniqueId::uuid[]),
    (SELECT :subject::text[]),
    (SELECT :clientId::text[]),
    (SELECT :issued::float8[]),
    (SELECT :expires::float8[]),
    (SELECT :generation::bigint[])
  ) WITH ORDINALITY AS batch (unique_id, subject, client_id, issued, expires, generation, ordinal)
  JOIN refresh_tokens t ON t.unique_id = batch.unique_id
  AND t.subject = batch.subject
  AND t.client_id = batch.client_id
  JOIN users u ON u.email = t.subject
  LEFT JOIN clients client ON client.client_id = t.client_id
WHERE
  u.enabled
  AND to_timestamp(least(batch.expires, batch.issued + client.access_token_ttl)) > now()
  AND t.issued
  AND t.expires_on > now()
  AND t.auth_time + make_interval(
    secs => least(
      coalesce(client.refresh_token_max_age, :longestLife::float8),
      CASE
        WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
      END
    )
  ) > now()
  AND coalesce(
    t.rotated_on + make_interval(
      secs => least(
        client.refresh_token_ttl,
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
        END
      )
    ) > now(),
    true
  )
  AND NOT (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  )
  AND coalesce(client.enabled, NOT :registeredOnly::boolean);

-- name: session-redeem
-- sent again when its connection broke
-- $1 id: bigint[]
-- $2 uniqueId: uuid[]
-- $3 generation: bigint[]
-- $4 token: text[]
-- $5 clientId: text[] with null elements
-- $6 salt: text[]
-- $7 hash: text[]
-- $8 address: inet[] with null elements
-- $9 userAgent: text[] with null elements
-- $10 requestId: text[] with null elements
-- $11 jkt: text[] with null elements
-- $12 life: float8
-- $13 longestLife: float8
-- $14 limitedRoles: text[]
-- $15 roleLives: float8[] with null elements
-- $16 roleLongestLives: float8[] with null elements
-- $17 registeredOnly: boolean
WITH
  locked AS (
    SELECT
      t.id,
      batch.ordinal,
      batch.salt,
      batch.hash,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN coalesce(client.authentication_method, 'none') = 'none' THEN batch.jkt
      END AS jkt,
      least(
        coalesce(client.refresh_token_ttl, :life::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
        END
      ) AS life,
      least(
        coalesce(client.refresh_token_max_age, :longestLife::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
        END
      ) AS longest_life
    FROM
      unnest(
        (SELECT :id::bigint[]),
        (SELECT :uniqueId::uuid[]),
        (SELECT :generation::bigint[]),
        (SELECT :token::text[]),
        (SELECT :clientId::text[]),
        (SELECT :salt::text[]),
        (SELECT :hash::text[]),
        (SELECT :address::inet[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[]),
        (SELECT :jkt::text[])
      ) WITH ORDINALITY AS batch (id, unique_id, generation, token, client_id, salt, hash, address, user_agent, request_id, jkt, ordinal),
      users u,
      refresh_tokens t
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      t.id = batch.id
      AND t.unique_id = batch.unique_id
      AND t.generation = batch.generation
      AND t.ticket_hash = encode(sha256(convert_to(t.ticket_salt || batch.token::text, 'UTF8')), 'base64')
      AND t.client_id = coalesce(batch.client_id, t.client_id)
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
      AND coalesce('refresh_token' = ANY (string_to_array(client.allowed_grants, ' ')), true)
      AND (
        t.jkt IS NULL
        OR t.jkt = batch.jkt
      )
      AND (
        client.dpop_required IS NOT TRUE
        OR batch.jkt IS NOT NULL
      )
      AND u.email = t.subject
      AND u.enabled
      AND NOT (
        coalesce(
          t.last_address <> batch.address
          AND NOT t.last_address <<= set_masklen(
            batch.address,
            CASE family(batch.address)
              WHEN 4 THEN 24
              ELSE 48
            END
          ),
          false
        )
        OR t.last_redeemed_on IS NOT NULL
        AND t.last_user_agent IS DISTINCT FROM batch.user_agent
      )
    FOR NO KEY UPDATE OF
      t SKIP LOCKED
  )
UPDATE refresh_tokens t
SET
  generation = t.generation + 1,
  rotated_on = clock_timestamp(),
  ticket_salt = locked.salt,
  ticket_hash = locked.hash,
  rotations = (t.rotated_on || t.rotations) [1:15],
  repetitions = 0,
  last_redeemed_on = clock_timestamp(),
  last_request_id = locked.request_id,
  last_address = locked.address,
  last_user_agent = locked.user_agent,
  updated_on = date_trunc('second', now()),
  updated_by = t.subject,
  jkt = coalesce(t.jkt, locked.jkt),
  bound_from = CASE
    WHEN t.jkt IS NULL
    AND locked.jkt IS NOT NULL THEN t.generation + 1
    ELSE t.bound_from
  END,
  expires_on = CASE
    WHEN least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)) > t.expires_on + make_interval(secs => locked.life / 15)
    OR least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)) < t.expires_on THEN date_trunc('second', least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)))
    ELSE t.expires_on
  END
FROM locked
WHERE t.id = locked.id
RETURNING
  locked.ordinal::int,
  t.subject,
  t.client_id AS "clientId",
  t.auth_time AS "authTime",
  t.amr,
  t.cutoffs_seen AS "cutoffsSeen",
  now() AS now,
  locked."isAdministrator",
  locked.roles,
  locked.mac;

-- name: session-redeem-skipped
-- sent again when its connection broke
-- $1 id: bigint[]
-- $2 uniqueId: uuid[]
-- $3 generation: bigint[]
-- $4 token: text[]
-- $5 clientId: text[] with null elements
-- $6 salt: text[]
-- $7 hash: text[]
-- $8 address: inet[] with null elements
-- $9 userAgent: text[] with null elements
-- $10 requestId: text[] with null elements
-- $11 jkt: text[] with null elements
-- $12 life: float8
-- $13 longestLife: float8
-- $14 limitedRoles: text[]
-- $15 roleLives: float8[] with null elements
-- $16 roleLongestLives: float8[] with null elements
-- $17 registeredOnly: boolean
-- $18 skipsElsewhere: boolean
WITH
  locked AS (
    SELECT
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      coalesce(
        t.last_address <> batch.address
        AND NOT t.last_address <<= set_masklen(
          batch.address,
          CASE family(batch.address)
            WHEN 4 THEN 24
            ELSE 48
          END
        ),
        false
      ) AS is_other_network,
      t.last_redeemed_on IS NOT NULL
      AND t.last_user_agent IS DISTINCT FROM batch.user_agent AS is_other_agent,
      batch.ordinal,
      batch.salt,
      batch.hash,
      batch.address,
      batch.user_agent,
      batch.request_id,
      u.email,
      u.is_administrator AS "isAdministrator",
      u.roles,
      u.mac,
      CASE
        WHEN coalesce(client.authentication_method, 'none') = 'none' THEN batch.jkt
      END AS jkt,
      least(
        coalesce(client.refresh_token_ttl, :life::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
        END
      ) AS life,
      least(
        coalesce(client.refresh_token_max_age, :longestLife::float8),
        CASE
          WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
        END
      ) AS longest_life
    FROM
      unnest(
        (SELECT :id::bigint[]),
        (SELECT :uniqueId::uuid[]),
        (SELECT :generation::bigint[]),
        (SELECT :token::text[]),
        (SELECT :clientId::text[]),
        (SELECT :salt::text[]),
        (SELECT :hash::text[]),
        (SELECT :address::inet[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[]),
        (SELECT :jkt::text[])
      ) WITH ORDINALITY AS batch (id, unique_id, generation, token, client_id, salt, hash, address, user_agent, request_id, jkt, ordinal),
      users u,
      refresh_tokens t
      LEFT JOIN clients client ON client.client_id = t.client_id
    WHERE
      t.id = batch.id
      AND t.unique_id = batch.unique_id
      AND t.generation = batch.generation
      AND t.ticket_hash = encode(sha256(convert_to(t.ticket_salt || batch.token::text, 'UTF8')), 'base64')
      AND t.client_id = coalesce(batch.client_id, t.client_id)
      AND t.issued
      AND t.expires_on > now()
      AND t.auth_time + make_interval(
        secs => least(
          coalesce(client.refresh_token_max_age, :longestLife::float8),
          CASE
            WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLongestLives::float8[])
          END
        )
      ) > now()
      AND coalesce(
        t.rotated_on + make_interval(
          secs => least(
            client.refresh_token_ttl,
            CASE
              WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN shortest_life (u.roles, u.is_administrator, :limitedRoles::text[], :roleLives::float8[])
            END
          )
        ) > now(),
        true
      )
      AND NOT (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
      AND coalesce(client.enabled, NOT :registeredOnly::boolean)
      AND coalesce('refresh_token' = ANY (string_to_array(client.allowed_grants, ' ')), true)
      AND (
        t.jkt IS NULL
        OR t.jkt = batch.jkt
      )
      AND (
        client.dpop_required IS NOT TRUE
        OR batch.jkt IS NOT NULL
      )
      AND u.email = t.subject
      AND u.enabled
      AND NOT (
        :skipsElsewhere::boolean
        AND (
          coalesce(
            t.last_address <> batch.address
            AND NOT t.last_address <<= set_masklen(
              batch.address,
              CASE family(batch.address)
                WHEN 4 THEN 24
                ELSE 48
              END
            ),
            false
          )
          OR t.last_redeemed_on IS NOT NULL
          AND t.last_user_agent IS DISTINCT FROM batch.user_agent
        )
      )
    FOR NO KEY UPDATE OF
      t
  ),
  rotated AS (
    UPDATE refresh_tokens t
    SET
      generation = t.generation + 1,
      rotated_on = clock_timestamp(),
      ticket_salt = locked.salt,
      ticket_hash = locked.hash,
      rotations = (t.rotated_on || t.rotations) [1:15],
      repetitions = 0,
      last_redeemed_on = clock_timestamp(),
      last_request_id = locked.request_id,
      last_address = locked.address,
      last_user_agent = locked.user_agent,
      updated_on = date_trunc('second', now()),
      updated_by = t.subject,
      jkt = coalesce(t.jkt, locked.jkt),
      bound_from = CASE
        WHEN t.jkt IS NULL
        AND locked.jkt IS NOT NULL THEN t.generation + 1
        ELSE t.bound_from
      END,
      expires_on = CASE
        WHEN least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)) > t.expires_on + make_interval(secs => locked.life / 15)
        OR least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)) < t.expires_on THEN date_trunc('second', least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life)))
        ELSE t.expires_on
      END
    FROM locked
    WHERE t.id = locked.id
    RETURNING
      locked.ordinal::int,
      t.subject,
      t.client_id AS "clientId",
      t.auth_time AS "authTime",
      t.amr,
      t.cutoffs_seen AS "cutoffsSeen",
      now() AS now,
      locked."isAdministrator",
      locked.roles,
      locked.mac
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      'refreshed-elsewhere',
      subject,
      concat_ws(
        ' ',
        CASE
          WHEN is_other_network THEN 'network'
        END,
        CASE
          WHEN is_other_agent THEN 'user-agent'
        END
      ),
      host(address),
      user_agent,
      request_id,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM locked
    WHERE
      (
        is_other_network
        OR is_other_agent
      )
      AND id IN (
        SELECT id
        FROM rotated
      )
      AND (
        SELECT count(*)
        FROM
          (
            SELECT
            FROM audit_trail_entries
            WHERE
              session_id = locked.unique_id
              AND kind = 'refreshed-elsewhere'
              AND created_on > now() - interval '1 minute'
            LIMIT
              10
          ) recent
      ) < 10
  )
SELECT *
FROM rotated;

-- name: session-repeat
-- $1 id: bigint
-- $2 uniqueId: uuid
-- $3 generation: bigint
-- $4 jkt: text or null
-- $5 mostRepetitions: int
-- $6 fromAddress: inet or null
-- $7 fromAgent: text or null
-- $8 fromRequest: text or null
-- $9 kind: text
-- $10 actor: text
-- $11 reason: text or null
-- $12 address: text or null
-- $13 userAgent: text or null
-- $14 requestId: text or null
WITH
  act AS (
    UPDATE refresh_tokens t
    SET
      repetitions = t.repetitions + 1,
      last_redeemed_on = clock_timestamp(),
      last_address = :fromAddress::inet,
      last_user_agent = :fromAgent::text,
      last_request_id = :fromRequest::text,
      jkt = coalesce(t.jkt, was.key_of_request),
      bound_from = CASE
        WHEN t.jkt IS NULL
        AND was.key_of_request IS NOT NULL THEN t.generation + 1
        ELSE t.bound_from
      END
    FROM
      (
        SELECT
          t.*,
          CASE
            WHEN coalesce(client.authentication_method, 'none') = 'none' THEN :jkt::text
          END AS key_of_request
        FROM
          refresh_tokens t
          LEFT JOIN clients client ON client.client_id = t.client_id
        WHERE
          t.id = :id
          AND t.unique_id = :uniqueId
          AND t.issued
          AND t.generation = :generation
          AND t.repetitions < :mostRepetitions::int
          AND (
            t.jkt IS NULL
            OR t.jkt = :jkt::text
          )
        FOR NO KEY UPDATE OF
          t
      ) was
    WHERE t.id = was.id
    RETURNING
      was.id,
      was.unique_id,
      was.subject,
      was.client_id,
      was.last_address,
      was.last_user_agent,
      was.last_request_id,
      was.last_redeemed_on,
      false AS ended
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      CASE
        WHEN ended THEN 'session-ended'
        ELSE :kind::text
      END,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM act
  )
SELECT id
FROM act;

-- name: session-reseal-ticket
-- $1 id: bigint
-- $2 ticket: text
-- $3 resealed: text
UPDATE refresh_tokens
SET
  protected_ticket = :resealed
WHERE
  id = :id
  AND protected_ticket = :ticket
  AND issued;

-- name: session-revived
SELECT
  t.id,
  t.unique_id AS "uniqueId",
  t.subject,
  t.client_id AS "clientId",
  max(e.created_on) AS "endedOn"
FROM
  refresh_tokens t
  JOIN audit_trail_entries e ON e.session_id = t.unique_id
  AND e.kind = 'session-ended'
WHERE
  t.issued
  AND t.auth_time <= e.created_on
GROUP BY
  t.id
ORDER BY t.id
LIMIT
  1000;

-- name: session-sweep
-- $1 after: bigint
-- $2 limit: bigint
WITH
  next AS MATERIALIZED (
    SELECT max(id) AS up_to
    FROM
      (
        SELECT id
        FROM refresh_tokens
        WHERE
          issued
          AND id > :after::bigint
        ORDER BY id
        LIMIT
          :limit::bigint
      ) following
  ),
  cut AS (
    DELETE FROM refresh_tokens t
    WHERE
      t.id > :after::bigint
      AND t.id <= (
        SELECT up_to
        FROM next
      )
      AND t.issued
      AND (
        EXISTS (
          SELECT
          FROM session_cutoffs
        )
        AND EXISTS (
          SELECT
          FROM session_cutoffs c
          WHERE
            c.id + 0 > coalesce(t.cutoffs_seen, 0)
            AND coalesce(c.subject, t.subject) = t.subject
            AND coalesce(c.client_id, t.client_id) = t.client_id
            AND coalesce(t.auth_time < c.issued_before, true)
        )
      )
    RETURNING
      t.id,
      t.unique_id,
      t.subject,
      t.client_id,
      t.last_address,
      t.last_user_agent,
      t.last_request_id,
      t.last_redeemed_on,
      t.cutoffs_seen,
      t.auth_time
  ),
  ended AS (
    SELECT
      cut.*,
      cutoff.reason,
      cutoff.actor,
      cutoff.address,
      cutoff.user_agent,
      cutoff.request_id
    FROM
      cut,
      LATERAL (
        SELECT *
        FROM session_cutoffs c
        WHERE
          c.id + 0 > coalesce(cut.cutoffs_seen, 0)
          AND coalesce(c.subject, cut.subject) = cut.subject
          AND coalesce(c.client_id, cut.client_id) = cut.client_id
          AND coalesce(cut.auth_time < c.issued_before, true)
        ORDER BY c.id
        LIMIT
          1
      ) cutoff
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (
        kind,
        actor,
        reason,
        address,
        user_agent,
        request_id,
        subject,
        client_id,
        session_id,
        record_ids,
        last_address,
        last_user_agent,
        last_request_id,
        last_redeemed_on
      )
    SELECT
      'session-ended',
      actor,
      reason,
      address,
      user_agent,
      request_id,
      subject,
      client_id,
      unique_id,
      ARRAY[id],
      host(last_address),
      last_user_agent,
      last_request_id,
      last_redeemed_on
    FROM ended
  )
SELECT
  next.up_to AS "upTo",
  ended.id,
  unique_id AS "uniqueId",
  subject,
  client_id AS "clientId",
  reason,
  actor,
  address,
  user_agent AS "userAgent",
  request_id AS "requestId"
FROM
  next
  LEFT JOIN ended ON true;

-- name: session-ticket
-- sent again when its connection broke
-- $1 id: bigint
-- $2 uniqueId: uuid
SELECT protected_ticket AS "protectedTicket"
FROM refresh_tokens
WHERE
  id = :id
  AND unique_id = :uniqueId
  AND issued;

-- name: sessions-of
-- sent again when its connection broke
-- $1 subject: text
-- $2 clientId: text or null
SELECT
  t.id,
  t.unique_id AS "uniqueId",
  t.client_id AS "clientId",
  t.created_on AS "createdOn",
  t.auth_time AS "authTime",
  t.rotated_on AS "rotatedOn",
  t.expires_on AS "expiresOn",
  t.last_request_id AS "lastRequestId",
  t.amr,
  host(t.first_address) AS "firstAddress",
  host(t.last_address) AS "lastAddress",
  t.last_user_agent AS "lastUserAgent",
  t.last_redeemed_on AS "lastRedeemedOn",
  t.device_name AS "deviceName"
FROM refresh_tokens t
WHERE
  subject = :subject
  AND issued
  AND client_id = coalesce(:clientId::text, client_id)
  AND NOT (
    EXISTS (
      SELECT
      FROM session_cutoffs
    )
    AND EXISTS (
      SELECT
      FROM session_cutoffs c
      WHERE
        c.id + 0 > coalesce(t.cutoffs_seen, 0)
        AND coalesce(c.subject, t.subject) = t.subject
        AND coalesce(c.client_id, t.client_id) = t.client_id
        AND coalesce(t.auth_time < c.issued_before, true)
    )
  )
ORDER BY id;

-- name: signing-key-delete-all
-- not prepared: PostgreSQL does not see the name
DELETE FROM signing_keys;

-- name: signing-key-delete-old
-- not prepared: PostgreSQL does not see the name
DELETE FROM signing_keys k
WHERE
  EXISTS (
    SELECT
    FROM signing_keys newer
    WHERE
      newer.signs_from > k.signs_from
      AND newer.signs_from < now() - interval '8 days'
  );

-- name: signing-key-due
-- not prepared: PostgreSQL does not see the name
SELECT
  count(*) > 0 AS "hasKeys",
  coalesce(max(created_on) < now() - interval '90 days', true) AS "isDue"
FROM signing_keys;

-- name: signing-key-list
-- not prepared: PostgreSQL does not see the name
SELECT
  kid,
  sealed_key AS "sealedKey",
  signs_from <= now() AS "hasBegun",
  signs_from AS "signsFrom",
  created_on AS "createdOn"
FROM signing_keys
ORDER BY
  signs_from,
  kid;

-- name: signing-key-lock
-- not prepared: PostgreSQL does not see the name
-- $1 lock: bigint
SELECT pg_advisory_xact_lock(:lock);

-- name: state-database
-- sent again when its connection broke
SELECT
  current_setting('server_version') AS version,
  pg_database_size(current_database())::bigint AS bytes;

-- name: state-last-check
-- sent again when its connection broke
SELECT
  kind,
  reason,
  created_on AS "createdOn"
FROM audit_trail_entries
WHERE kind IN ('audit-damaged', 'audit-verified')
ORDER BY id DESC
LIMIT
  1;

-- name: statistics-add-count
-- $1 kind: text
-- $2 count: bigint
INSERT INTO
  event_counts AS c (hour, kind, reason, count)
VALUES (date_trunc('hour', now(), 'UTC'), :kind, '', :count)
ON CONFLICT (hour, kind, reason) DO UPDATE
SET
  count = c.count + excluded.count;

-- name: statistics-count-next
-- $1 after: bigint
-- $2 limit: int
WITH
  next AS MATERIALIZED (
    SELECT
      id,
      date_trunc('hour', created_on, 'UTC') AS hour,
      kind,
      CASE
        WHEN kind NOT IN ('login-failed', 'refresh-refused', 'session-ended')
        OR reason IS NULL THEN ''
        WHEN reason ~ '^[a-z]{1,32}(-[a-z]{1,32}){0,3}$' THEN reason
        ELSE 'other'
      END AS reason
    FROM audit_trail_entries
    WHERE
      id > :after::bigint
      AND id <= (
        SELECT coalesce(max(to_id), 0)
        FROM audit_seals
      )
    ORDER BY id
    LIMIT
      :limit::int
  ),
  counted AS (
    INSERT INTO
      event_counts AS c (hour, kind, reason, count)
    SELECT
      hour,
      kind,
      reason,
      count(*)
    FROM next
    GROUP BY
      hour,
      kind,
      reason
    ORDER BY
      hour,
      kind,
      reason
    ON CONFLICT (hour, kind, reason) DO UPDATE
    SET
      count = c.count + excluded.count
  ),
  moved AS (
    UPDATE event_counts_progress
    SET
      counted_up_to = (
        SELECT max(id)
        FROM next
      )
    WHERE
      EXISTS (
        SELECT
        FROM next
      )
  )
SELECT count(*)::int AS count
FROM next;

-- name: statistics-counts
-- sent again when its connection broke
-- $1 from: timestamptz
-- $2 to: timestamptz
-- $3 by: text
-- $4 tail: int
WITH
  tail AS MATERIALIZED (
    SELECT
      date_trunc('hour', created_on, 'UTC') AS hour,
      kind,
      CASE
        WHEN kind NOT IN ('login-failed', 'refresh-refused', 'session-ended')
        OR reason IS NULL THEN ''
        WHEN reason ~ '^[a-z]{1,32}(-[a-z]{1,32}){0,3}$' THEN reason
        ELSE 'other'
      END AS reason
    FROM
      (
        SELECT *
        FROM audit_trail_entries
        WHERE
          id > (
            SELECT counted_up_to
            FROM event_counts_progress
          )
        ORDER BY id
        LIMIT
          :tail::int
      ) event
  )
SELECT date_trunc(:by::text, hour, 'UTC') AS
begin,
kind,
reason,
sum(count)::bigint AS count,
(
  SELECT count(*)
  FROM tail
) >= :tail::int AS "isBehind"
FROM
  (
    SELECT
      hour,
      kind,
      reason,
      count
    FROM event_counts
    UNION ALL
    SELECT
      hour,
      kind,
      reason,
      1
    FROM tail
  ) counted
WHERE
  hour >= :from::timestamptz
  AND hour < :to::timestamptz
GROUP BY
  1,
  2,
  3
ORDER BY
  2,
  3,
  1;

-- name: statistics-forget
-- sent again when its connection broke
-- $1 seconds: float8
WITH
  sessions AS (
    DELETE FROM session_counts
    WHERE hour < now() - make_interval(secs => :seconds::float8 + 3600)
  )
DELETE FROM event_counts
WHERE hour < now() - make_interval(secs => :seconds::float8 + 3600);

-- name: statistics-intervals
-- sent again when its connection broke
-- $1 from: timestamptz or null
-- $2 to: timestamptz or null
-- $3 by: text
-- $4 limit: int
WITH
  period AS (
    SELECT
      make_interval(
        hours => CASE :by::text
          WHEN 'day' THEN 24
          ELSE 1
        END
      ) AS step,
      make_interval(
        hours => CASE :by::text
          WHEN 'day' THEN 29 * 24
          ELSE 23
        END
      ) AS usual,
      least(coalesce(:to::timestamptz, now()), now()) AS last
  ),
begin AS (
  SELECT
    generate_series(date_trunc(:by::text, coalesce(:from::timestamptz, last - usual), 'UTC'), last, step) AS
  begin
  FROM period
  LIMIT
    :limit::int
)
SELECT
begin,
begin + step AS end,
(
  SELECT sessions
  FROM session_counts
  WHERE hour >=
  begin
  AND hour <
  begin + step
  ORDER BY hour DESC
  LIMIT
    1
) AS sessions
FROM
begin,
period
ORDER BY
begin;

-- name: statistics-lock-progress
SELECT counted_up_to AS after
FROM event_counts_progress
FOR UPDATE;

-- name: statistics-note-sessions
-- sent again when its connection broke
-- $1 sessions: bigint
INSERT INTO
  session_counts (hour, sessions)
VALUES (date_trunc('hour', now(), 'UTC'), :sessions)
ON CONFLICT (hour) DO UPDATE
SET
  sessions = excluded.sessions;

-- name: totp-clock
SELECT now() AS now;

-- name: totp-spend-step
-- $1 email: text
-- $2 step: bigint
UPDATE users
SET
  totp_last_step = :step
WHERE
  email = :email
  AND (
    totp_last_step IS NULL
    OR totp_last_step < :step
  )
RETURNING email;

-- name: user-delete
-- $1 email: text
-- $2 author: text
DELETE FROM users
WHERE email = :email
RETURNING
  id,
  date_trunc('second', now()) AS "updatedOn",
  :author::text AS "updatedBy";

-- name: user-lock-administrators
-- not prepared: PostgreSQL does not see the name
-- $1 lock: bigint
SELECT pg_advisory_xact_lock(:lock);

-- name: user-replace
-- $1 email: text[]
-- $2 earlierMac: text[] with null elements
-- $3 passwordHash: text[]
-- $4 totpSecret: text[] with null elements
-- $5 mac: text[]
UPDATE users u
SET
  password_hash = n.password_hash,
  totp_secret = n.totp_secret,
  mac = n.mac
FROM
  unnest(:email::text[], :earlierMac::text[], :passwordHash::text[], :totpSecret::text[], :mac::text[]) AS n (email, earlier_mac, password_hash, totp_secret, mac)
WHERE
  u.email = n.email
  AND u.mac = n.earlier_mac
RETURNING u.email;

-- name: users-lock
-- $1 ids: bigint[]
SELECT
  id,
  "Email",
  "FullName",
  "Active",
  "IsAdmin",
  "Roles",
  "MustResetPassword",
  "HasSecondFactor",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM
  (
    SELECT
      id,
      "email" AS "Email",
      "full_name" AS "FullName",
      "enabled" AS "Active",
      "is_administrator" AS "IsAdmin",
      "roles" AS "Roles",
      "must_reset_password" AS "MustResetPassword",
      totp_secret IS NOT NULL AS "HasSecondFactor",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(concat("email", "full_name", "roles", "system_id")) + 1140 AS bytes
    FROM "users"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
    ORDER BY id
    FOR UPDATE
  ) act
ORDER BY id;

-- name: users-read-each
-- $1 recordId: bigint[]
-- $2 kind: text[]
-- $3 actor: text[]
-- $4 reason: text[] with null elements
-- $5 address: text[] with null elements
-- $6 userAgent: text[] with null elements
-- $7 requestId: text[] with null elements
WITH
  act AS (
    SELECT *
    FROM
      unnest(
        (SELECT :recordId::bigint[]),
        (SELECT :kind::text[]),
        (SELECT :actor::text[]),
        (SELECT :reason::text[]),
        (SELECT :address::text[]),
        (SELECT :userAgent::text[]),
        (SELECT :requestId::text[])
      ) WITH ORDINALITY AS batch (record_id, kind, actor, reason, address, user_agent, request_id, ordinal)
      JOIN (
        SELECT
          id,
          "email" AS "Email",
          "full_name" AS "FullName",
          "enabled" AS "Active",
          "is_administrator" AS "IsAdmin",
          "roles" AS "Roles",
          "must_reset_password" AS "MustResetPassword",
          totp_secret IS NOT NULL AS "HasSecondFactor",
          "updated_on" AS "UpdatedOn",
          "created_on" AS "CreatedOn",
          "unique_id" AS "UniqueId",
          "updated_by" AS "UpdatedBy",
          created_on > now() - interval '24 hours' AS "IsNew",
          "system_id" AS "SystemId",
          2 * octet_length(concat("email", "full_name", "roles", "system_id")) + 1140 AS bytes
        FROM "users"
      ) found ON found.id = batch.record_id
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
    SELECT
      kind,
      actor,
      reason,
      address,
      user_agent,
      request_id,
      ARRAY[id],
      'User'
    FROM act
  )
SELECT
  ordinal::int,
  id,
  "Email",
  "FullName",
  "Active",
  "IsAdmin",
  "Roles",
  "MustResetPassword",
  "HasSecondFactor",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM act;

-- name: users-read-page
-- $1 ids: bigint[]
-- $2 smallBytes: bigint
-- $3 kind: text
-- $4 actor: text
-- $5 reason: text or null
-- $6 address: text or null
-- $7 userAgent: text or null
-- $8 requestId: text or null
WITH
  act AS (
    SELECT
      id,
      "email" AS "Email",
      "full_name" AS "FullName",
      "enabled" AS "Active",
      "is_administrator" AS "IsAdmin",
      "roles" AS "Roles",
      "must_reset_password" AS "MustResetPassword",
      totp_secret IS NOT NULL AS "HasSecondFactor",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(concat("email", "full_name", "roles", "system_id")) + 1140 AS bytes
    FROM "users"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ),
  page AS (
    SELECT coalesce(sum(bytes), 0) <= :smallBytes::bigint AS fits
    FROM act
  ),
  event AS (
    INSERT INTO
      audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
    SELECT
      :kind::text,
      :actor::text,
      :reason::text,
      :address::text,
      :userAgent::text,
      :requestId::text,
      array_agg(
        id
        ORDER BY id
      ),
      'User'
    FROM
      act,
      page
    WHERE fits
    HAVING
      count(*) > 0
  )
SELECT
  act.id AS "foundId",
  act.bytes::int,
  page.fits,
  shown.*
FROM
  page,
  act
  LEFT JOIN LATERAL (
    SELECT
      id,
      "Email",
      "FullName",
      "Active",
      "IsAdmin",
      "Roles",
      "MustResetPassword",
      "HasSecondFactor",
      "UpdatedOn",
      "CreatedOn",
      "UniqueId",
      "UpdatedBy",
      "IsNew",
      "SystemId"
    WHERE page.fits
  ) shown ON true;

-- name: users-read-slice
-- sent again when its connection broke
-- $1 ids: bigint[]
SELECT
  id,
  "Email",
  "FullName",
  "Active",
  "IsAdmin",
  "Roles",
  "MustResetPassword",
  "HasSecondFactor",
  "UpdatedOn",
  "CreatedOn",
  "UniqueId",
  "UpdatedBy",
  "IsNew",
  "SystemId"
FROM
  (
    SELECT
      id,
      "email" AS "Email",
      "full_name" AS "FullName",
      "enabled" AS "Active",
      "is_administrator" AS "IsAdmin",
      "roles" AS "Roles",
      "must_reset_password" AS "MustResetPassword",
      totp_secret IS NOT NULL AS "HasSecondFactor",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(concat("email", "full_name", "roles", "system_id")) + 1140 AS bytes
    FROM "users"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act;

-- name: users-shown
-- $1 ids: bigint[]
-- $2 kind: text
-- $3 actor: text
-- $4 reason: text or null
-- $5 address: text or null
-- $6 userAgent: text or null
-- $7 requestId: text or null
INSERT INTO
  audit_trail_entries (kind, actor, reason, address, user_agent, request_id, record_ids, resource)
SELECT
  :kind::text,
  :actor::text,
  :reason::text,
  :address::text,
  :userAgent::text,
  :requestId::text,
  array_agg(
    id
    ORDER BY id
  ),
  'User'
FROM
  (
    SELECT
      id,
      "email" AS "Email",
      "full_name" AS "FullName",
      "enabled" AS "Active",
      "is_administrator" AS "IsAdmin",
      "roles" AS "Roles",
      "must_reset_password" AS "MustResetPassword",
      totp_secret IS NOT NULL AS "HasSecondFactor",
      "updated_on" AS "UpdatedOn",
      "created_on" AS "CreatedOn",
      "unique_id" AS "UniqueId",
      "updated_by" AS "UpdatedBy",
      created_on > now() - interval '24 hours' AS "IsNew",
      "system_id" AS "SystemId",
      2 * octet_length(concat("email", "full_name", "roles", "system_id")) + 1140 AS bytes
    FROM "users"
    WHERE
      id = ANY (
        (SELECT :ids::bigint[])::bigint[]
      )
  ) act
HAVING
  count(*) > 0;
