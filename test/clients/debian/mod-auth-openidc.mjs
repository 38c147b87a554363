import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apache, reportServer, url } from './server.mjs';

/** The module accepts only an https endpoint. This proxy forwards requests, with its own certificate. */
async function startTls() {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-tls-'));
  const [key, cert] = ['key', 'cert'].map((name) => join(folder, name));
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=127.0.0.1'];
  const { status, stderr } = spawnSync('openssl', ['req', ...options, '-keyout', key, '-out', cert], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const tls = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const { method, headers } = request;
    const sent = forward(url + request.url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(sent);
  });
  rmSync(folder, { recursive: true });
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  return `https://127.0.0.1:${tls.address().port}`;
}

const tls = await startTls();

await reportServer({
  introspects: true,
  start: (folder, port, settings) =>
    apache(folder, port, {
      module: 'auth_openidc_module',
      file: 'mod_auth_openidc.so',
      settings: `${settings('mod-auth-openidc').replaceAll(url, tls)}\nOIDCOAuthSSLValidateServer Off`,
    }),
});
