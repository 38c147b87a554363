/** A member that an act changed, as text. Null stands for null, and for a value that was not there before or is not there after. */
export interface MemberChange {
  readonly PropertyName: string;
  readonly OldValue: string | null;
  readonly NewValue: string | null;
}
