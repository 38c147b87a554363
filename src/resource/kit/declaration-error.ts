/** Resources are declared wrongly, or the database lacks what they need: one sentence for each fault, with the class and the member. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
