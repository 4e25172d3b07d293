import { forgetClaims } from "../../provider/engine/claims";

/** For every run of mocha (.mocharc.cjs): each test is a run of the engine, so claims of one test must not reach the next. */
export const mochaHooks = { beforeEach: forgetClaims };
