import { ApiProperty } from '@nestjs/swagger';

const text = (example: string, description: string, options: { enum?: string[] } = {}): PropertyDecorator =>
  ApiProperty({ type: String, example, description, ...options });

/** A public key that verifies access tokens (RFC 7517, section 4; RFC 7518, section 6.2.1). */
class PublicKey {
  @text('EC', 'The type of key.', { enum: ['EC'] })
  readonly kty!: string;

  @text('P-256', 'Curve.', { enum: ['P-256'] })
  readonly crv!: string;

  @text('f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', 'The first coordinate, in base64url.')
  readonly x!: string;

  @text('x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0', 'The second coordinate, in base64url.')
  readonly y!: string;

  @text('vQ0mCkT2nq4hL0E9SgkJ1sB0hXo2a7YkXb3mQpWnT5c', 'The id of the key. The header of each access token names it.')
  readonly kid!: string;

  @text('ES256', 'The algorithm of the signatures.', { enum: ['ES256'] })
  readonly alg!: string;

  @text('sig', 'The key is for signatures.', { enum: ['sig'] })
  readonly use!: string;
}

/** The JSON Web Key Set of the service (RFC 7517, section 5). */
export class KeySet {
  @ApiProperty({
    type: [PublicKey],
    description:
      'The current signing key, an announced key if there is one, and earlier keys that still verify tokens.',
  })
  readonly keys!: readonly PublicKey[];
}
