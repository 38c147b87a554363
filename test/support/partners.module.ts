import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Public } from '../../src/access/policy.js';

/** How often passport-jwt authenticated a request, and how often this process checked an ES256 signature. */
const seen = { requests: 0, signatures: 0 };
const authenticate = Reflect.get(Strategy.prototype, 'authenticate') as (...args: unknown[]) => void;
Strategy.prototype.authenticate = function (...args) {
  seen.requests++;
  authenticate.apply(this, args);
};
const { subtle } = globalThis.crypto;
const verify = subtle.verify.bind(subtle);
subtle.verify = (...args: Parameters<typeof verify>) => {
  seen.signatures++;
  return verify(...args);
};

/** A team's own tokens, signed with a secret of the team's own. */
@Injectable()
class PartnerStrategy extends PassportStrategy(Strategy, 'partner') {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromHeader('x-partner'),
      secretOrKey: 'the secret of the partners',
      algorithms: ['HS256'],
    });
  }

  validate({ sub }: { sub: string }): { name: string } {
    return { name: sub };
  }
}

@Controller('partners')
@Public()
class PartnersController {
  @Get('seen')
  seen(): typeof seen {
    return seen;
  }

  @Get()
  @UseGuards(AuthGuard('partner'))
  get(): string {
    return 'for partners';
  }
}

/** A team's module with a passport-jwt strategy of its own, which also counts what passport-jwt does. */
@Module({ controllers: [PartnersController], providers: [PartnerStrategy] })
export class PartnersModule {}
