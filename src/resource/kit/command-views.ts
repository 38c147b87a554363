import { ApiProperty } from '@nestjs/swagger';
import { WriteEnvelope } from '../write-envelope.js';
import type { CommandRun } from './command-runs.js';
import type { CommandDeclaration } from './command-declarations.js';
import { CHOICE, DATE_TIME, FLAG, REFERENCE, TEXT, WHOLE, type MemberKind } from './member-kinds.js';
import { membersDeclaredBy } from './member-declarations.js';

/** The names of the types of parameters, for clients that make forms of them. */
const TYPES: ReadonlyMap<MemberKind, string> = new Map([
  [TEXT, 'String'],
  [CHOICE, 'String'],
  [DATE_TIME, 'DateTime'],
  [FLAG, 'Boolean'],
  [WHOLE, 'Integer'],
  [REFERENCE, 'Integer'],
]);

const flag = (description: string, example: boolean): PropertyDecorator =>
  ApiProperty({ type: Boolean, example, description });

class RequiredParameter {
  @ApiProperty({ type: String, example: 'Days' })
  readonly Name!: string;

  @ApiProperty({ type: String, enum: [...new Set(TYPES.values())], example: 'Integer' })
  readonly Type!: string;
}

/**
 * A command that a resource offers (contract 1.7).
 * @publicApi
 */
export class CommandView {
  @ApiProperty({ type: String, example: 'COUPON_EXTEND' })
  readonly Key!: string;

  @ApiProperty({ type: String, example: 'Extend' })
  readonly Name!: string;

  @flag('Whether it needs two or more records.', false)
  readonly AppliesOnlyToMultipleEntities!: boolean;

  @flag('Whether it needs exactly one record.', false)
  readonly AppliesOnlyToOneEntity!: boolean;

  @flag('Whether it needs exactly two records.', false)
  readonly AppliesOnlyToTwoEntities!: boolean;

  @flag('Whether it needs records.', true)
  readonly NeedsEntitiesToRun!: boolean;

  @flag('Whether clients show it in the menu of a record.', true)
  readonly DisplayInDropdown!: boolean;

  @flag('The same for newer clients.', true)
  readonly DisplayInDropdownV2!: boolean;

  @flag('Whether clients show it above a list.', true)
  readonly DisplayInGrid!: boolean;

  @ApiProperty({ type: String, nullable: true, example: null })
  readonly Icon!: string | null;

  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  readonly Order!: number;

  @ApiProperty({ type: [RequiredParameter] })
  readonly RequiresParameters!: readonly RequiredParameter[];

  /** The view of a declared command, the n-th of its resource from 0. */
  static of({ key, name, records = 'any', parameters, icon, order }: CommandDeclaration, n: number): CommandView {
    const members = parameters ? membersDeclaredBy(parameters) : [];
    const isOfRecord = ['one', 'any', 'optional'].includes(records);
    return {
      Key: key,
      Name: name,
      AppliesOnlyToMultipleEntities: records === 'several',
      AppliesOnlyToOneEntity: records === 'one',
      AppliesOnlyToTwoEntities: records === 'two',
      NeedsEntitiesToRun: records !== 'none' && records !== 'optional',
      DisplayInDropdown: isOfRecord,
      DisplayInDropdownV2: isOfRecord,
      DisplayInGrid: records !== 'one',
      Icon: icon ?? null,
      Order: order ?? n + 1,
      RequiresParameters: members
        .filter(({ isRequired }) => isRequired)
        .map((member) => ({ Name: member.name, Type: TYPES.get(member.kind) ?? 'String' })),
    };
  }
}

/** The commands that can be run on one record, or those of the resource. */
export function commandViews(commands: readonly CommandDeclaration[], isOfRecord: boolean): CommandView[] {
  const views = commands.map((command, n) => CommandView.of(command, n));
  return isOfRecord ? views.filter(({ DisplayInDropdown }) => DisplayInDropdown) : views;
}

/**
 * The response to a command: the members of `WriteEnvelope`, where Value says what was done (contract 1.7).
 * @publicApi
 */
export class CommandEnvelope extends WriteEnvelope {
  @ApiProperty({ type: String, example: 'The command was run correctly.' })
  declare readonly Message: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What was done: an object, as the command says it.',
    example: { Ids: [1, 2] },
  })
  declare readonly Value: never;

  /** The envelope of a command that the user ran. */
  static ofRun({ value, ranOn }: CommandRun, updatedBy: string): CommandEnvelope {
    const envelope = WriteEnvelope.of('', 'updated', { id: 0, updatedOn: ranOn, updatedBy });
    return Object.assign(envelope, { Message: 'The command was run correctly.', Value: value as never });
  }
}
