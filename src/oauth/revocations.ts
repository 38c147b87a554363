import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Cutoff } from '../sessions/ended-session.js';
import { cursorText } from './revocations-cursor.js';
import type { FeedPage } from './revocation-feed.service.js';

/** A cutoff: it ended all sessions to which its members apply, and whose sign-in did not see it. */
class RevocationCutoff {
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 3,
    description: 'A token whose `cutoffs_seen` is lower, or that has none, may be of a session that this cutoff ended.',
  })
  readonly number!: number;

  @ApiPropertyOptional({ type: String, description: 'Only sessions of this user. Absent: of all.' })
  readonly sub?: string;

  @ApiPropertyOptional({ type: String, description: 'Only sessions at this client. Absent: at all.' })
  readonly client_id?: string;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 1_767_225_600,
    description: 'Only sessions whose `auth_time` is earlier.',
  })
  readonly auth_time_before!: number;

  /** The form of the feed of a cutoff. */
  static of({ number, subject, clientId, authTimeBefore }: Cutoff): RevocationCutoff {
    return {
      number,
      ...(subject !== null && { sub: subject }),
      ...(clientId !== null && { client_id: clientId }),
      auth_time_before: authTimeBefore,
    };
  }
}

/** A page of the feed of ended sessions. */
export class Revocations {
  @ApiProperty({
    type: [String],
    format: 'uuid',
    example: ['01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d'],
    description: 'Sessions that ended: the `sid` of their access tokens. A session may be named more than once.',
  })
  readonly sessions!: readonly string[];

  @ApiProperty({
    type: [RevocationCutoff],
    description: 'Cutoffs: each ended all sessions to which it applies. A cutoff may be named more than once.',
  })
  readonly cutoffs!: readonly RevocationCutoff[];

  @ApiProperty({ type: String, example: '4711-4712-1-0', description: 'The `since` of the next request.' })
  readonly cursor!: string;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether more sessions follow already.' })
  readonly has_more!: boolean;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 3600,
    description:
      'For how many seconds a reader must refuse the access tokens of these sessions. Then they have expired.',
  })
  readonly keep_for!: number;

  /** The answer with a page of the feed. */
  static of({ sessions, cutoffs, cursor, hasMore, keepFor }: FeedPage): Revocations {
    return {
      sessions,
      cutoffs: cutoffs.map((cutoff) => RevocationCutoff.of(cutoff)),
      cursor: cursorText(cursor),
      has_more: hasMore,
      keep_for: keepFor,
    };
  }
}
