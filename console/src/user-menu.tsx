import MenuItem from '@mui/material/MenuItem';
import type { ReactElement } from 'react';
import { Logout, UserMenu, useUserMenu } from 'react-admin';
import { addressIn, LANGUAGE, LANGUAGES, type Language } from './language.js';
import { TEXTS } from './texts.js';

const OTHERS = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== LANGUAGE);

/** The menu of the signed-in user: the own account, the other languages, and the sign-out. */
export function ConsoleUserMenu(): ReactElement {
  return (
    <UserMenu>
      <AccountItem />
      {OTHERS.map((language) => (
        <MenuItem {...{ key: language, component: 'a', href: addressIn(language), lang: language }}>
          {LANGUAGES[language]}
        </MenuItem>
      ))}
      <Logout />
    </UserMenu>
  );
}

function AccountItem(): ReactElement {
  const menu = useUserMenu();
  return (
    <MenuItem component="a" href="#/account" onClick={menu?.onClose}>
      {TEXTS.account.title}
    </MenuItem>
  );
}
