import { ApiProperty } from '@nestjs/swagger';

const text = (example: string, description: string, options: { enum?: string[] } = {}): PropertyDecorator =>
  ApiProperty({ type: String, example, description, ...options });

/** A public key that verifies access tokens (RFC 7517, section 4; RFC 7518, section 6.2.1). */
class PublicKey {
  @text('EC', 'Kind of key.', { enum: ['EC'] })
  readonly kty!: string;

  @text('P-256', 'Curve.', { enum: ['P-256'] })
  readonly crv!: string;

  @text('f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', 'First coordinate, in base64url.')
  readonly x!: string;

  @text('x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0', 'Second coordinate, in base64url.')
  readonly y!: string;

  @text('vQ0mCkT2nq4hL0E9SgkJ1sB0hXo2a7YkXb3mQpWnT5c', 'Its name, which access tokens carry in their header.')
  readonly kid!: string;

  @text('ES256', 'Algorithm of the signatures that it verifies.', { enum: ['ES256'] })
  readonly alg!: string;

  @text('sig', 'It verifies signatures.', { enum: ['sig'] })
  readonly use!: string;
}

/** The JSON Web Key Set of the service (RFC 7517, section 5). */
export class KeySet {
  @ApiProperty({
    type: [PublicKey],
    description: 'The key that signs, one that is announced, and those that still verify.',
  })
  readonly keys!: readonly PublicKey[];
}
