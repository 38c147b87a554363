import type { Type } from '@nestjs/common';
import { TransformationType } from 'class-transformer';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { createRequire } from 'node:module';
import type { MemberContext } from './members.js';

/** class-transformer's storage of the decorators of classes. The package exports the storage only under this path. */
const { defaultMetadataStorage: transformer } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  readonly defaultMetadataStorage: {
    findExposeMetadata(type: Type<object>, property: string): { options: { name?: string } } | undefined;
    findTypeMetadata(type: Type<object>, property: string): { typeFunction: () => Type<object> } | undefined;
    findTransformMetadatas(type: Type<object>, property: string, kind: TransformationType): readonly unknown[];
  };
};

/** A member of a class, as its decorators declare it. */
export interface DeclaredMember {
  /** The name of the member in a request. `@Expose({ name })` may make it differ from the name of the property. */
  readonly name: string;
  /** Reads the value of a member that is declared with `RequiredText` or a similar decorator. Undefined for plain decorators. */
  readonly read: MemberContext['read'] | undefined;
  /** Whether the member also has plain decorators, which class-validator and class-transformer must see. */
  readonly hasPlainDecorators: boolean;
  /** Whether a failure must not contain the value: one of the rules has `{ context: { secret: true } }`. */
  readonly isSecret: boolean;
  /** Whether the objects in the value are checked too: `@ValidateNested()`. */
  readonly isNested: boolean;
  /** Whether the value is an object that has a secret member at any depth. */
  readonly holdsSecrets: boolean;
  /** Whether a condition, such as `@IsOptional()`, decides whether the value is checked. */
  readonly isConditional: boolean;
}

/** The members of a class by property, in the order of their declaration. A property without a rule is not a member. */
export type DeclaredMembers = ReadonlyMap<string, DeclaredMember>;

type ValidationMetadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const known = new WeakMap<Type<object>, DeclaredMembers>();

/** The members that a class and its base classes declare. */
export function membersOf(type: Type<object>): DeclaredMembers {
  const earlier = known.get(type);
  if (earlier) return earlier;
  const members = new Map<string, DeclaredMember>();
  // The map is stored before it is complete, because a class may contain objects of its own type.
  known.set(type, members);
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  for (const property of new Set(rules.map(({ propertyName }) => propertyName))) {
    const own = rules.filter(({ propertyName }) => propertyName === property);
    const contexts = own.map(({ context }) => (context ?? {}) as Partial<MemberContext>);
    members.set(property, {
      name: transformer.findExposeMetadata(type, property)?.options.name ?? property,
      read: contexts.find(({ read }) => read)?.read,
      hasPlainDecorators: hasPlainDecorators(type, property, own),
      isSecret: contexts.some(({ secret }) => secret),
      isNested: own.some((rule) => rule.type === ValidationTypes.NESTED_VALIDATION),
      holdsSecrets: holdsSecrets(transformer.findTypeMetadata(type, property)?.typeFunction()),
      isConditional: own.some((rule) => rule.type === ValidationTypes.CONDITIONAL_VALIDATION),
    });
  }
  return members;
}

/** Whether a member has decorators beside `RequiredText` and its like, which have one rule and one transformation. */
function hasPlainDecorators(type: Type<object>, property: string, rules: readonly ValidationMetadata[]): boolean {
  const isPlain = ({ type: kind, context }: ValidationMetadata): boolean =>
    kind !== ValidationTypes.CONDITIONAL_VALIDATION && !(context as Partial<MemberContext> | undefined)?.read;
  const transformations = transformer.findTransformMetadatas(type, property, TransformationType.PLAIN_TO_CLASS);
  return rules.some(isPlain) || transformations.length > 1;
}

/** Whether class-transformer changes a member when an instance of the class is written as plain JSON. */
export function isTransformedToPlain(type: Type<object>, property: string): boolean {
  return transformer.findTransformMetadatas(type, property, TransformationType.CLASS_TO_PLAIN).length > 0;
}

function holdsSecrets(nested: Type<object> | undefined): boolean {
  return nested !== undefined && [...membersOf(nested).values()].some((each) => each.isSecret || each.holdsSecrets);
}
