import { apache, reportServer } from './server.mjs';

await reportServer({
  introspects: true,
  remembersMs: 2_500,
  start: (folder, port, settings) =>
    apache(folder, port, { module: 'oauth2_module', file: 'mod_oauth2.so', settings: settings('mod-oauth2') }),
});
