import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactElement, type ReactNode } from 'react';
import { useNotify } from 'react-admin';
import { call } from '../api.js';
import { TEXTS } from '../texts.js';

interface SectionProps {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}

/** A part of the page of the own account. */
export function Section({ title, hint, children }: SectionProps): ReactElement {
  return (
    <Card component="section" aria-label={title}>
      <CardContent sx={{ display: 'grid', gap: 2 }}>
        <Box>
          <Typography component="h2" variant="h6">
            {title}
          </Typography>
          <Typography color="textSecondary">{hint}</Typography>
        </Box>
        {children}
      </CardContent>
    </Card>
  );
}

/** Reads a part of the own account, such as `sessions`. */
export function useAccount<T>(part: string): UseQueryResult<T> {
  return useQuery({
    queryKey: ['account', part],
    queryFn: async () => (await call<T>(`/api/account${part === '' ? '' : `/${part}`}`)).body,
  });
}

/** What is shown until a part of the account is there: that it is loading, or why it cannot be. */
export function Pending({ of: { error } }: { readonly of: UseQueryResult }): ReactElement {
  if (error) return <Alert severity="error">{error.message}</Alert>;
  return <Typography color="textSecondary">{TEXTS.loading}</Typography>;
}

/** An act on the own account, and how it goes. */
export interface Act {
  readonly isBusy: boolean;
  /** The sentence of the API for each refused member, by its name. */
  readonly errors: Readonly<Record<string, string>>;
  readonly failure: string | undefined;
  /** Runs the act. Then the page reads the account again. Resolves to undefined if the act failed. */
  readonly run: <T>(path: string, method: string, body?: object) => Promise<T | undefined>;
}

/** Sends changes of the own account. A failure is shown as a notification, unless it belongs to fields. */
export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string>();
  const [notify, queries] = [useNotify(), useQueryClient()];
  async function run<T>(path: string, method: string, body?: object): Promise<T | undefined> {
    setBusy(true);
    setErrors({});
    setFailure(undefined);
    try {
      const answer = await call<{ readonly Value: T }>(`/api/account/${path}`, method, body);
      void queries.invalidateQueries({ queryKey: ['account'] });
      return answer.body.Value ?? ({} as T);
    } catch (error) {
      const { message, body: details } = error as Error & { body?: { errors?: Record<string, string> } };
      setErrors(details?.errors ?? {});
      setFailure(message);
      if (!details?.errors) notify(message, { type: 'error' });
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  return { isBusy, errors, failure, run };
}
