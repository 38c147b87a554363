import { reportServer, write } from './server.mjs';

await reportServer({
  introspects: true,
  start: (folder, _port, settings) => {
    write(folder, 'introspection.js', settings('nginx-js'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (of) => `${of}_temp_path ${folder}/${of};`,
    );
    const configuration = `load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
daemon off;
pid ${folder}/pid;
error_log /dev/null;
events {}
http {
access_log off;
${temporary.join('\n')}
${settings('nginx')}
}`;
    return ['/usr/sbin/nginx', '-p', folder, '-c', write(folder, 'nginx.conf', configuration)];
  },
});
