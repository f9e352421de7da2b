import { defineConfig } from 'vitest/config'

// Tests run on the TypeScript sources: the condition below maps every @artemis package to its src folder.
export default defineConfig({
  resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    // Generous: a busy machine must not fail a test that is only slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
