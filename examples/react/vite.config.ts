import { defineConfig } from 'vite';

export default defineConfig({
  // While developing, the package's worker and engine are found beside it only when it stays whole.
  optimizeDeps: { exclude: ['hereabouts'] },
});
