import { reportServer, write } from './server.mjs';

/** The function of the documentation page, behind a server of the standard library. */
const SERVER = (port, audience) => `
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            verified(self.headers.get('Authorization', '').removeprefix('Bearer '), ${JSON.stringify(audience)})
            status = 200
        except jwt.PyJWTError:
            status = 401
        self.send_response(status)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *words):
        pass

ThreadingHTTPServer(('127.0.0.1', ${port}), Handler).serve_forever()
`;

await reportServer({
  start: (folder, port, settings, audience) => [
    '/usr/bin/python3',
    write(folder, `server-${port}.py`, settings('pyjwt') + SERVER(port, audience)),
  ],
});
