import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { HttpError } from 'react-admin';
import { useService } from './access.js';
import { call } from './api.js';

/** How often a page that is about the present reads again. */
const EVERY_MS = 5_000;

export const ROUTES = {
  statistics: '/api/sys/statistics',
  state: '/api/sys/state',
  jobs: '/api/sys/jobs',
  run: '/api/sys/jobs/{name}/run',
  keys: '/api/sys/signingkeys',
  rotate: '/api/sys/signingkeys/rotate',
  verify: '/api/sys/audittrailentries/verify',
} as const;

/** What a route answers, read again every few seconds. Nothing is read without the role. `queryOf` makes the query, which `key` names. */
export function useLive<T>(route: string, key = '', queryOf = (): string => ''): UseQueryResult<T> {
  const { access } = useService();
  return useQuery<T>({
    queryKey: ['live', route, key],
    enabled: access.mayCall(route),
    refetchInterval: EVERY_MS,
    // While another period loads, the last numbers stay.
    placeholderData: keepPreviousData,
    queryFn: async () => {
      try {
        return (await call<T>(route + queryOf())).body;
      } catch (error) {
        if (error instanceof HttpError && error.status === 403) access.denyCall(route);
        throw error;
      }
    },
  });
}

/** Such as `1,250`, by the language of the reader. */
export function numberText(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(undefined, options).format(value);
}
