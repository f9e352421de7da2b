import { defineConfig } from 'vitest/config'

// Tests against other engines: apart from the others, as they need Python. See iceberg.interop.ts.
export default defineConfig({
  resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@artemis/source', 'node', 'import', 'default'] } },
  test: { include: ['packages/iceberg/interop/*.interop.ts'], testTimeout: 120_000, hookTimeout: 180_000 },
})
