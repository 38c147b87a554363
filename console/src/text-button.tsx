import Button, { type ButtonProps } from '@mui/material/Button';
import type { ReactElement } from 'react';

/** A button whose text is also there on a narrow screen, where that of react-admin would show an icon alone. */
export function TextButton({ label, ...props }: ButtonProps & { readonly label: string }): ReactElement {
  return (
    <Button {...{ size: 'small', sx: { whiteSpace: 'nowrap' } }} {...props}>
      {label}
    </Button>
  );
}
