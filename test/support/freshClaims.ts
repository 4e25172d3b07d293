import { forgetClaims } from "../../provider/engine/claims";

/** For every run of mocha (.mocharc.cjs): a test is a run of the engine, and one makes no claims for the next. */
export const mochaHooks = { beforeEach: forgetClaims };
