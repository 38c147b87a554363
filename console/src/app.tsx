import { QueryClient } from '@tanstack/react-query';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import { lazy, useEffect, useState, type FunctionComponent, type ReactElement } from 'react';
import {
  Admin,
  CustomRoutes,
  Layout,
  Loading,
  memoryStore,
  Menu,
  reactRouterProvider,
  Resource as Pages,
  useCanAccess,
  type AuthProvider,
  type LayoutProps,
} from 'react-admin';
import { Access, ServiceContext, useService, type Service } from './access.js';
import { call } from './api.js';
import { dataProviderOf } from './data-provider.js';
import { ROUTES } from './live.js';
import { resourcesOf, SESSIONS, TRAIL, type Document, type Operation } from './resources.js';
import { currentUser, signOut } from './session.js';
import { TEXTS } from './texts.js';
import { DARK, HistoryIcon, JobsIcon, KeysIcon, LIGHT, OverviewIcon, SessionsIcon, TrailIcon } from './theme.js';

const { Route } = reactRouterProvider;
/** Each page is loaded when it is opened. */
const page = (load: () => Promise<FunctionComponent>): FunctionComponent =>
  lazy(async () => ({ default: await load() }));
const Overview = page(async () => (await import('./overview.js')).Overview);
const Jobs = page(async () => (await import('./jobs.js')).Jobs);
const Keys = page(async () => (await import('./keys.js')).Keys);
const History = page(async () => (await import('./history.js')).History);
const SessionPage = page(async () => (await import('./session-page.js')).SessionPage);
const SessionList = page(async () => (await import('./sessions.js')).SessionList);
const TrailList = page(async () => (await import('./trail.js')).TrailList);
const ListPage = page(async () => (await import('./resource-pages.js')).ListPage);
const ShowPage = page(async () => (await import('./resource-pages.js')).ShowPage);
const CreatePage = page(async () => (await import('./resource-forms.js')).CreatePage);
const EditPage = page(async () => (await import('./resource-forms.js')).EditPage);

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...{ list: 'list', show: 'read', create: 'create', edit: 'edit', delete: 'delete' },
};

/** The pages behind the sign-in. */
export default function App({ user }: { readonly user: string }): ReactElement {
  const [service, setService] = useState<Service>();
  const [failure, setFailure] = useState<string>();
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } }),
  );

  useEffect(() => {
    load().then(
      ({ resources, access }) => {
        access.onDeny = () => void queryClient.invalidateQueries({ queryKey: ['auth'] });
        setService({ resources, access });
      },
      (error: unknown) => {
        setFailure(String(error));
      },
    );
  }, [queryClient]);

  if (failure !== undefined) return <p className="wait">{failure}</p>;
  if (!service) return <p className="wait">{TEXTS.loading}</p>;
  return (
    <ServiceContext value={service}>
      <Admin
        {...{ queryClient, theme: LIGHT, darkTheme: DARK, title: TEXTS.name, layout: ConsoleLayout }}
        dashboard={service.access.mayCall(ROUTES.statistics) ? Overview : undefined}
        {...{ disableTelemetry: true, loading: Loading, accessDenied: Denied, store: STORE }}
        dataProvider={dataProviderOf(service)}
        authProvider={authProviderOf(service, user)}
      >
        {service.resources.map(({ key, label, roles }) => (
          <Pages
            {...{ key, name: key, options: { label: key === SESSIONS ? TEXTS.menu.sessions : label } }}
            icon={ICONS[key] ?? undefined}
            list={LISTS[key] ?? ListPage}
            show={ShowPage}
            create={roles.create && key !== SESSIONS ? CreatePage : undefined}
            edit={roles.edit && key !== SESSIONS ? EditPage : undefined}
            recordRepresentation="ToStringText"
          />
        ))}
        <CustomRoutes>
          <Route path="/history" element={<History />} />
          <Route path="/sessions/:sessionId" element={<SessionPage />} />
          <Route path="/jobs" element={<Jobs />} />
          <Route path="/signing-keys" element={<Keys />} />
        </CustomRoutes>
      </Admin>
    </ServiceContext>
  );
}

/** Nothing is stored in the browser. */
const STORE = memoryStore();
const LISTS: Readonly<Record<string, FunctionComponent>> = { [SESSIONS]: SessionList, [TRAIL]: TrailList };
const ICONS: Readonly<Record<string, typeof SessionsIcon>> = { [SESSIONS]: SessionsIcon, [TRAIL]: TrailIcon };

async function load(): Promise<Service> {
  const { body: document } = await call<Document>('/api/openapi.json');
  const resources = resourcesOf(document).sort((one, other) => order(one.key) - order(other.key));
  return { resources, access: await Access.load(document) };
}

function order(key: string): number {
  const known = [SESSIONS, TRAIL].indexOf(key);
  return known < 0 ? 2 : known;
}

function authProviderOf({ resources, access }: Service, user: string): AuthProvider {
  return {
    login: () => Promise.resolve(),
    logout: async () => {
      await signOut();
      return false;
    },
    checkAuth: () => Promise.resolve(),
    // A session that has ended shows the sign-in page by itself.
    checkError: () => Promise.resolve(),
    getPermissions: () => Promise.resolve(),
    getIdentity: () => Promise.resolve({ id: user, fullName: currentUser() ?? user }),
    canAccess: ({ resource, action }) => {
      const found = resources.find(({ key }) => key === resource);
      const operation = OPERATIONS[action] ?? 'list';
      // A resource without a route for one record shows it by a search.
      return Promise.resolve(access.may(found, operation === 'read' && !found?.roles.read ? 'list' : operation));
    },
  };
}

function ConsoleLayout(props: LayoutProps): ReactElement {
  return <Layout {...props} menu={ConsoleMenu} />;
}

function ConsoleMenu(): ReactElement {
  const { resources, access } = useService();
  const { canAccess } = useCanAccess({ resource: TRAIL, action: 'list' });
  return (
    <Menu>
      {access.mayCall(ROUTES.statistics) && (
        <Menu.Item to="/" primaryText={TEXTS.overview.menu} leftIcon={<OverviewIcon />} />
      )}
      {resources.slice(0, 1).map(({ key }) => (
        <Menu.ResourceItem key={key} name={key} />
      ))}
      {canAccess && <Menu.Item to="/history" primaryText={TEXTS.menu.history} leftIcon={<HistoryIcon />} />}
      {resources.slice(1).map(({ key }) => (
        <Menu.ResourceItem key={key} name={key} />
      ))}
      {access.mayCall(ROUTES.keys) && (
        <Menu.Item to="/signing-keys" primaryText={TEXTS.keys.menu} leftIcon={<KeysIcon />} />
      )}
      {access.mayCall(ROUTES.jobs) && <Menu.Item to="/jobs" primaryText={TEXTS.jobs.menu} leftIcon={<JobsIcon />} />}
    </Menu>
  );
}

function Denied(): ReactElement {
  return (
    <Box sx={{ p: 3, maxWidth: '40rem' }}>
      <Alert severity="info">{TEXTS.failures.denied}</Alert>
    </Box>
  );
}
