/** The row of a code in docs/errors.md. */
export interface ErrorDescription<Status = number | 'varies'> {
  /** The HTTP status; `varies` where the web server finds the failure and chooses the status. */
  readonly status: Status;
  readonly meaning: string;
  /** What the caller or the operator can do. */
  readonly action: string;
}

type Catalogue = Readonly<Record<string, ErrorDescription>>;

/** The type has the codes and statuses. Teams compile against it, so it has no texts, which may change at any time. */
export function catalogue<const Rows extends Catalogue>(
  rows: Rows,
): { readonly [Code in keyof Rows]: ErrorDescription<Rows[Code]['status']> } {
  return rows;
}
