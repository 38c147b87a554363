import { Controller, Delete, Get, Req, UseGuards } from '@nestjs/common';
import { AccessTokenGuard, type AccessToken } from './access-token.strategy.js';
import { LiveSessionGuard } from './live-session.guard.js';

interface SignedIn {
  readonly user: AccessToken;
}

/** The API of the example: each user has notes. */
@Controller('notes')
@UseGuards(AccessTokenGuard)
export class NotesController {
  private readonly notes = new Map<string, string[]>();

  @Get()
  list(@Req() { user }: SignedIn): { user: string; notes: readonly string[] } {
    return { user: user.sub, notes: this.notes.get(user.sub) ?? ['Water the plants'] };
  }

  @Delete()
  @UseGuards(LiveSessionGuard)
  clear(@Req() { user }: SignedIn): { user: string; notes: readonly string[] } {
    this.notes.set(user.sub, []);
    return this.list({ user });
  }
}
