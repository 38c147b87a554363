import { useState } from 'react';
import { Refusal } from './session.js';
import { TEXTS } from './texts.js';

const REASONS: Readonly<Record<string, string>> = TEXTS.signIn.reasons;

/** How a sign-in goes. */
interface Attempts {
  readonly needsCode: boolean;
  readonly isBusy: boolean;
  readonly failure: string | undefined;
  /** For the change of a password that must be changed. */
  readonly ticket: string | undefined;
  /** Tries a sign-in. Resolves to whether it succeeded. */
  readonly attempt: (act: () => Promise<void>) => Promise<boolean>;
  readonly reset: () => void;
}

/** Tries sign-ins, asks for a code when one is needed, and has the sentence for a refusal. */
export function useRefusal(): Attempts {
  const [needsCode, setNeedsCode] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [ticket, setTicket] = useState<string>();
  async function attempt(act: () => Promise<void>): Promise<boolean> {
    setBusy(true);
    setFailure(undefined);
    try {
      await act();
      return true;
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(String(error), 'unknown');
      const isFirst = refusal.code === 'two_factor_auth_check' && !needsCode;
      if (isFirst) setNeedsCode(true);
      else if (refusal.ticket !== undefined) setTicket(refusal.ticket);
      else setFailure(REASONS[refusal.code] ?? (refusal.message || TEXTS.signIn.reasons.network));
      return false;
    } finally {
      setBusy(false);
    }
  }
  const reset = (): void => {
    setNeedsCode(false);
    setTicket(undefined);
  };
  return { needsCode, isBusy, failure, ticket, attempt, reset };
}
