/** In CI a test that fails is run once more; what failed first is told of at the end, and a fourth such test fails the run. */

import type { Reporter, TestCase } from "vitest/node";

const AT_MOST = 3;

const say = (words: string) => process.stderr.write(`${words}\n`);

export class SecondLook implements Reporter {
  private readonly again: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.again.push(test);
  }

  onTestRunEnd(): void {
    for (const test of this.again) {
      say(`Only the second look passed: ${test.module.relativeModuleId}: ${test.fullName}`);
      for (const error of test.result().errors ?? []) say(error.stack ?? error.message);
    }
    if (this.again.length <= AT_MOST) return;
    say(`${String(this.again.length)} tests failed at first, and ${String(AT_MOST)} are let pass.`);
    process.exitCode = 1;
  }
}
