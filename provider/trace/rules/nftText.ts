import type { Pattern, Selector } from "../../linux/read/nft/expressions";
import type { Elements, Statement, Target, Translation } from "../../linux/read/nft/statements";

/** Prints rules much as nft does, for people only. */

export function printStatement(statement: Statement): string {
  switch (statement.is) {
    case "match": {
      const { left, op, right } = statement;
      return [printSelector(left), ...(/^(==|in)$/.test(op) ? [] : [op]), printPattern(right)].join(" ");
    }
    case "jump":
    case "goto":
      return `${statement.is} ${statement.target}`;
    case "dnat":
    case "snat":
    case "masquerade":
    case "redirect":
      return printTranslation(statement);
    case "vmap":
      return `${printSelector(statement.key)} vmap ${printElements(statement.elements, printStatement)}`;
    case "limit": {
      const { rate, unit, per, isOver } = statement;
      return `limit rate ${over(isOver)}${rate}${unit === undefined ? "" : ` ${unit}`}/${per}`;
    }
    case "quota":
    case "ct count":
      return `${statement.is} ${over(statement.isOver)}${statement.amount}`;
    case "named":
      return `${statement.word} name "${statement.name}"`;
    case "set": {
      const parts = [printSelector(statement.key), ...statement.statements.map(printStatement)];
      return `${statement.words} { ${parts.join(" ")} }`;
    }
    case "mangle":
      return `${printSelector(statement.key)} set ${printPattern(statement.value)}`;
    case "aside":
    case "other":
      return statement.listed === null
        ? statement.word
        : `${statement.word} ${typeof statement.listed === "string" ? statement.listed : JSON.stringify(statement.listed)}`;
    default:
      return statement.is;
  }
}

const over = (isOver: boolean): string => (isOver ? "over " : "");

function printTranslation({ is, addr, port, isNetmap }: Translation): string {
  const to = [addr, port].flatMap((target) => (target ? printTarget(target) : []));
  return to.length === 0 ? is : `${is}${isNetmap ? " prefix" : ""} to ${to.join(":")}`;
}

const printTarget = (target: Target): string =>
  target.is === "map"
    ? `${printSelector(target.key)} map ${printElements(target.elements, printPattern)}`
    : printPattern(target);

const printElements = <T>(elements: Elements<T>, print: (value: T) => string): string =>
  typeof elements === "string"
    ? `@${elements}`
    : `{ ${elements.map(([pattern, value]) => `${printPattern(pattern)} : ${print(value)}`).join(", ")} }`;

function printSelector(selector: Selector): string {
  switch (selector.is) {
    case "meta":
      return /^[io]if(name)?$/.test(selector.key) ? selector.key : `meta ${selector.key}`;
    case "ct":
      return `ct ${selector.key}`;
    case "payload":
      return `${selector.protocol} ${selector.field}`;
    case "fib":
      return `fib ${selector.flags.join(" . ")} ${selector.result}`;
    case "concat":
      return selector.parts.map(printSelector).join(" . ");
    case "bits":
      return `${printSelector(selector.of)} & ${printPattern(selector.mask)}`;
    case "other":
      return JSON.stringify(selector.listed);
  }
}

function printPattern(pattern: Pattern): string {
  switch (pattern.is) {
    case "word":
      return String(pattern.word);
    case "prefix":
      return pattern.network;
    case "range":
      return `${pattern.from}-${pattern.to}`;
    case "list":
      return `{ ${pattern.of.map(printPattern).join(", ")} }`;
    case "named":
      return `@${pattern.set}`;
    case "concat":
      return pattern.parts.map(printPattern).join(" . ");
    case "other":
      return JSON.stringify(pattern.listed);
  }
}
