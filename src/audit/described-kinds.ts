import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = Readonly<{ properties?: Record<string, { enum?: readonly string[] }> }>;

/** Lists the kinds of events in an OpenAPI document, in the schema of an event. */
export function describeKinds(document: OpenAPIObject, kinds: readonly string[]): void {
  for (const { properties = {} } of Object.values(document.components?.schemas ?? {}) as Schema[]) {
    const { Kind: kind, SessionId: session, RequestId: request } = properties;
    if (kind && session && request) kind.enum = kinds;
  }
}
