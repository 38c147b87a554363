/** SQL: the present second. Stored dates are whole seconds (contract 1.2). */
export const NOW_SECOND = `date_trunc('second', now())`;
