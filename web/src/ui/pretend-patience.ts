/** For tests: what is waited for may take as long as it takes on a machine with other things to do. */

import { configure } from "@testing-library/react";

export const PATIENCE_MS = 30_000;

configure({ asyncUtilTimeout: PATIENCE_MS });
