/** `npx vite console` serves the sources for development, beside a service on port 3000. */
export default ({ command }) => ({
  // The addresses in the page are relative: the service may be behind a prefix.
  base: command === 'serve' ? '/console/' : './',
  build: {
    target: 'es2022',
    // The content security policy allows no data: addresses, and no style that a script writes.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The build has a budget of its own.
    chunkSizeWarningLimit: 2_000,
    rollupOptions: {
      // React's directives for servers mean nothing in a bundle for browsers.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
