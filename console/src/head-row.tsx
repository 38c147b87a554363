import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import type { ReactElement } from 'react';

/** The head of a table: the names of its columns. */
export function HeadRow({ of }: { readonly of: readonly string[] }): ReactElement {
  return (
    <TableHead>
      <TableRow>
        {of.map((name) => (
          <TableCell key={name}>{name}</TableCell>
        ))}
      </TableRow>
    </TableHead>
  );
}
