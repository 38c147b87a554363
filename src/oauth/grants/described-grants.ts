import type { OpenAPIObject } from '@nestjs/swagger';
import { FORM } from '../../http/form.js';
import type { Grant } from './grant.js';

interface Property {
  readonly type: 'string';
  description?: string;
  readonly format?: string;
}

interface Operation {
  operationId?: string;
  description?: string;
  requestBody?: {
    content: Record<string, { schema: { properties: Record<string, object> }; examples?: Record<string, object> }>;
  };
}

/** Adds the grants to the token endpoint of an OpenAPI document: their names, descriptions, parameters, and an example of each. */
export function describeGrants(document: OpenAPIObject, grants: readonly Grant[]): void {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[]);
  const operation = operations.find(({ operationId }) => operationId === 'issueToken');
  const body = operation?.requestBody?.content[FORM];
  if (!operation || !body) return;
  const list = grants.map(({ name, description }) => `- \`${name}\`: ${description}`);
  operation.description = [operation.description, list.join('\n')].join('\n\n');
  body.schema.properties = {
    grant_type: { type: 'string', enum: grants.map(({ name }) => name) },
    ...propertiesOf(grants),
    ...body.schema.properties,
  };
  body.examples = Object.fromEntries(grants.map((grant) => [grant.name, { value: exampleOf(grant) }]));
}

/** A parameter of two grants is one property, with both descriptions. */
function propertiesOf(grants: readonly Grant[]): Record<string, Property> {
  const properties: Record<string, Property> = {};
  for (const { name: grant, parameters } of grants) {
    for (const [name, { description, secret = false }] of Object.entries(parameters)) {
      const earlier = properties[name];
      const text = `${description} For \`${grant}\`.`;
      properties[name] = {
        type: 'string',
        ...(secret && { format: 'password' }),
        ...earlier,
        description: earlier?.description === undefined ? text : `${earlier.description} ${text}`,
      };
    }
  }
  return properties;
}

function exampleOf({ name, parameters }: Grant): Record<string, string> {
  const given = Object.entries(parameters).filter(
    ([, { required, example }]) => required === true || example !== undefined,
  );
  return {
    grant_type: name,
    ...Object.fromEntries(given.map(([parameter, { example = '…' }]) => [parameter, example])),
  };
}
