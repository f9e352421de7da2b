import { defineConfig } from 'vitest/config'

// Tests against other implementations (Python's Iceberg and Arrow, DuckDB's extension, Flight clients in C++, Go, Java and from
// npm); they need what .ci/interop-setup installs.
export default defineConfig({
  resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/interop/**/*.interop.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
})
