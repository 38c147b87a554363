import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import type { ReactElement, ReactNode } from 'react';

interface TileProps {
  readonly title: string;
  readonly value: ReactNode;
  readonly isLarge?: boolean;
  readonly children?: ReactNode;
}

/** A fact, and what belongs to it. */
export function Tile({ title, value, isLarge = false, children }: TileProps): ReactElement {
  return (
    <Card component="section" aria-label={title} sx={{ p: 2, '& .instant': { whiteSpace: 'normal' } }}>
      <Typography variant="body2" component="h2" color="textSecondary">
        {title}
      </Typography>
      <Typography component="p" sx={{ fontSize: isLarge ? '2.25rem' : '1.25rem', fontWeight: 600, lineHeight: 1.3 }}>
        {value ?? '…'}
      </Typography>
      <Typography variant="body2" component="div" color="textSecondary">
        {children}
      </Typography>
    </Card>
  );
}
