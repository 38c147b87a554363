import { createSvgIcon } from '@mui/material/utils';
import { createElement } from 'react';
import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from 'react-admin';

import { TEXTS } from './texts.js';

const FONT = 'system-ui, sans-serif';

function themed(base: RaThemeOptions, palette: RaThemeOptions['palette'], bar: string): RaThemeOptions {
  return {
    ...base,
    palette,
    shape: { borderRadius: 10 },
    typography: {
      fontFamily: FONT,
      h6: { fontWeight: 600 },
      h1: { fontSize: '1.75rem', fontWeight: 700 },
    },
    components: {
      ...base.components,
      MuiAppBar: {
        styleOverrides: { root: { backgroundColor: bar, color: '#fff', backgroundImage: 'none' } },
        defaultProps: { elevation: 0 },
      },
      MuiButton: { styleOverrides: { sizeSmall: { minHeight: 32 } } },
      // Material UI gives the name of a checkbox to the element around it, which then needs a role; the checkbox needs a name too.
      MuiCheckbox: { defaultProps: { role: 'group', slotProps: { input: { 'aria-label': TEXTS.list.select } } } },
      // The bar of the page shows one whenever something is loaded.
      MuiCircularProgress: { defaultProps: { 'aria-label': TEXTS.loading } },
      // The filters of the sessions fit into one line.
      RaFilterFormInput: { styleOverrides: { root: { '& .MuiFormControl-root': { width: '10.5rem' } } } },
      RaTopToolbar: { styleOverrides: { root: { flexWrap: 'wrap', alignItems: 'center', gap: 8 } } },
      MuiTableCell: { styleOverrides: { head: { fontWeight: 600 } } },
    },
  };
}

export const LIGHT = themed(
  defaultLightTheme,
  {
    mode: 'light',
    primary: { main: '#14633b' },
    secondary: { main: '#14633b' },
    background: { default: '#f4f7f5', paper: '#ffffff' },
    success: { main: '#1b7f4b' },
    warning: { main: '#a35200' },
    error: { main: '#b3191c' },
    info: { main: '#1d5f9e' },
  },
  '#14532d',
);

export const DARK = themed(
  defaultDarkTheme,
  {
    mode: 'dark',
    primary: { main: '#6ee7a8' },
    secondary: { main: '#6ee7a8' },
    background: { default: '#101613', paper: '#18211c' },
    success: { main: '#6ee7a8' },
    warning: { main: '#fbbf60' },
    error: { main: '#ff8f8a' },
    info: { main: '#8fc4f5' },
  },
  '#0f2a1b',
);

const icon = (path: string, name: string): ReturnType<typeof createSvgIcon> =>
  createSvgIcon(createElement('path', { d: path }), name);

export const SessionsIcon = icon('M4 5h16v10H4zM2 17h20v2H2z', 'Sessions');
export const HistoryIcon = icon(
  'M12 3a9 9 0 1 0 9 9h-2a7 7 0 1 1-7-7zm-1 4h2v5.200l3.600 2.100-1 1.700L11 13.300z',
  'History',
);
export const TrailIcon = icon('M5 4h14v2H5zm0 5h14v2H5zm0 5h14v2H5zm0 5h9v2H5z', 'Trail');
export const AccountIcon = icon(
  'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm0 10c4.400 0 8 1.800 8 4v2H4v-2c0-2.200 3.600-4 8-4z',
  'Account',
);
export const OverviewIcon = icon('M3 21V11h4v10zm7 0V3h4v18zm7 0v-7h4v7z', 'Overview');
export const JobsIcon = icon(
  'M12 2a10 10 0 1 0 10 10h-2a8 8 0 1 1-8-8zm-1 5v6l5 3 1-1.700-4-2.300V7zm5-5v7l6-3.500z',
  'Jobs',
);
export const KeysIcon = icon(
  'M7 7a5 5 0 1 0 4.600 7H14v3h3v-3h2v3h3v-5H11.600A5 5 0 0 0 7 7zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  'Keys',
);
