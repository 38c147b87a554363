import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import MuiTextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useRef, useState, type ReactElement } from 'react';
import { FilterButton, TopToolbar, useListContext, useNotify } from 'react-admin';
import { exportTrail, FORMATS, save, type Format, type Progress } from './export.js';
import { numberText } from './live.js';
import { ListPage } from './resource-pages.js';
import { BrokenSeal } from './seal.js';
import { TextButton } from './text-button.js';
import { TEXTS } from './texts.js';

const { trail: T } = TEXTS;
const FOLLOW_EVERY_MS = 3_000;

/** The audit trail: a list that can follow new events, and an export of what the filters match. */
export function TrailList(): ReactElement {
  const [follows, setFollows] = useState(false);
  return (
    <>
      <BrokenSeal />
      <ListPage
        queryOptions={{ refetchInterval: follows ? FOLLOW_EVERY_MS : false }}
        actions={
          <TopToolbar>
            <FilterButton />
            <TextButton
              label={follows ? T.following : T.follow}
              aria-pressed={follows}
              onClick={() => {
                setFollows(!follows);
              }}
            />
            <ExportButton />
          </TopToolbar>
        }
      />
    </>
  );
}

function ExportButton(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <TextButton
        label={T.export}
        onClick={() => {
          setOpen(true);
        }}
      />
      {isOpen && (
        <ExportDialog
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function ExportDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { filterValues } = useListContext();
  const [format, setFormat] = useState<Format>('ndjson');
  const [progress, setProgress] = useState<Progress>();
  const abort = useRef<AbortController>(undefined);
  const notify = useNotify();

  async function start(): Promise<void> {
    const { signal } = (abort.current = new AbortController());
    setProgress({ done: 0, total: 0, isWaiting: false });
    try {
      const filter = filterValues as Record<string, string>;
      const { file, count } = await exportTrail({ filter, format, signal, onProgress: setProgress });
      save(file, `audit-trail.${format}`);
      notify(T.done(numberText(count)), { type: 'success' });
      onClose();
    } catch (error) {
      setProgress(undefined);
      if (!signal.aborted) notify((error as Error).message, { type: 'error' });
    }
  }
  const cancel = (): void => {
    abort.current?.abort();
    onClose();
  };

  return (
    <Dialog open onClose={cancel} aria-labelledby="export">
      <DialogTitle id="export">{T.exportTitle}</DialogTitle>
      <DialogContent>
        <Typography sx={{ mb: 2 }}>{T.exportText}</Typography>
        <MuiTextField
          {...{ select: true, label: T.format, id: 'export-format', value: format, disabled: progress !== undefined }}
          slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          onChange={({ target }) => {
            setFormat(target.value as Format);
          }}
        >
          {(Object.keys(FORMATS) as Format[]).map((each) => (
            <option key={each} value={each}>
              {T.formats[each]}
            </option>
          ))}
        </MuiTextField>
        {progress && <ExportProgress {...progress} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={cancel}>{T.cancel}</Button>
        <Button variant="contained" disabled={progress !== undefined} onClick={() => void start()}>
          {T.start}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function ExportProgress({ done, total, isWaiting }: Progress): ReactElement {
  const text = isWaiting ? T.waiting : T.progress(numberText(done), numberText(total));
  return (
    <>
      <LinearProgress
        {...{ variant: 'determinate', value: total === 0 ? 0 : Math.min(100, (100 * done) / total) }}
        aria-label={T.exportTitle}
        sx={{ mt: 2, mb: 1 }}
      />
      <span role="status">{text}</span>
    </>
  );
}
