import "../../provider/kinds";

/** For every run of mocha (.mocharc.cjs): the engine under test knows every kind, as in a program. */
