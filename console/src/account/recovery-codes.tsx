import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import type { ReactElement } from 'react';
import { useNotify } from 'react-admin';
import { TEXTS } from '../texts.js';

const { codes: T } = TEXTS.account;
const FILE = 'recovery-codes.txt';

interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}

/** Shows new recovery codes, which nobody can read again. Only the button closes the dialog. */
export function RecoveryCodes({ codes, onClose }: RecoveryCodesProps): ReactElement {
  const notify = useNotify();
  const text = `${codes.join('\n')}\n`;
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      notify(T.copied);
    });
  };
  return (
    <Dialog open aria-labelledby="codes">
      <DialogTitle id="codes">{T.title}</DialogTitle>
      <DialogContent>
        <Typography>{T.hint}</Typography>
        <Box component="ol" sx={{ columns: { sm: 2 }, fontFamily: 'monospace', fontSize: '1.125rem' }}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </Box>
      </DialogContent>
      <DialogActions>
        {'clipboard' in navigator && <Button onClick={copy}>{T.copy}</Button>}
        <Button
          onClick={() => {
            download(text);
          }}
        >
          {T.download}
        </Button>
        <Button variant="contained" onClick={onClose}>
          {T.done}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function download(text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  Object.assign(document.createElement('a'), { href, download: FILE }).click();
  URL.revokeObjectURL(href);
}
