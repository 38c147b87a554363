export function startPostgres(
  settings: readonly string[],
  options?: { readonly isStandby?: boolean },
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
