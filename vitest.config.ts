import { defineConfig } from 'vitest/config'

// Tests run on the TypeScript sources: the condition below maps every @artemis package to its src folder.
export default defineConfig({
  resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
