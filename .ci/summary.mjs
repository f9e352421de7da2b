// Sums the suites' results. A suite without a result, a failed step and a test that should have run but did not all
// count as failures; the last line is what reads as `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs'

const [stepStatus, ...files] = process.argv.slice(2)
// Tests over the corpus of other people's data need it beside the repository; a plain clone does without. The interop
// tests need only what their set-up installs, so a skipped one means that something was not there.
const hasCorpus = existsSync('../shared/corpus')
let passed = 0
let failed = 0
let skipped = 0
for (const file of files) {
  if (!existsSync(file)) {
    console.log(`${file}: no result`)
    failed++
    continue
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const broken = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed'))
  for (const suite of broken) console.log(`${suite.name}: did not run: ${suite.message}`)
  failed += broken.length
  const maySkip = !hasCorpus && !file.endsWith('interop.json')
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') passed++
      else if (test.status !== 'failed' && maySkip) skipped++
      else {
        failed++
        console.log(`${test.status === 'failed' ? 'failed' : 'did not run'}: ${suite.name}: ${test.fullName}`)
      }
    }
  }
}
if (stepStatus !== '0' && failed === 0) failed++
if (skipped > 0) console.log(`${skipped} tests were skipped: there is no ../shared/corpus`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
