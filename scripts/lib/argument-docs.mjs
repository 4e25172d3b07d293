// The docs of the SDK as data: every argument and output of every exported class with its doc comment. The interfaces in sdk/ are their
// only source; editors, docs/kinds/ and docs/kinds/schema.json show them.
import { join } from "node:path";
import ts from "typescript";
import { root } from "./paths.mjs";

const cache = new Map();

/** The exported classes by name, each with its summary, arguments and outputs. `entry` may be a declaration file. */
export function documentedClasses(entry = join(root, "sdk", "index.ts")) {
  if (!cache.has(entry)) cache.set(entry, readClasses(entry));
  return cache.get(entry);
}

function readClasses(entry) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const { rootDir: _, ...rest } = options;
  const program = ts.createProgram([entry], { ...rest, types: [], noEmit: true });
  return classesOf(program, entry);
}

function classesOf(program, entry) {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  if (!file) throw new Error(`${entry} does not exist`);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
  const types = exported
    .filter(({ symbol }) => symbol.flags & ts.SymbolFlags.Class)
    .map(({ name, symbol }) => ({ name, symbol, type: checker.getDeclaredTypeOfSymbol(symbol) }));
  const context = { checker, classes: types };
  return Object.fromEntries(
    types.map(({ name, symbol, type }) => {
      const args = argsOf(checker, symbol);
      const docs = {
        summary: docOf(symbol.declarations?.[0]),
        args: args ? fieldsOf(context, args, "") : [],
        outputs: outputsOf(checker, type),
      };
      return [name, docs];
    }),
  );
}

/** The type of a class's arguments. A cable creates its ends. */
function argsOf(checker, symbol) {
  const [signature] = checker
    .getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration)
    .getConstructSignatures();
  const parameters = signature?.getParameters() ?? [];
  // A Host is not a resource, so its options are its arguments.
  const parameter = ["args", "options"]
    .map((wanted) => parameters.find(({ name }) => name === wanted))
    .find((found) => found !== undefined);
  return parameter && checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
}

/** One field per property of `type`, with nested fields below it. */
function fieldsOf(context, type, prefix) {
  return inherited(context.checker, type).map((property) => {
    const { checker } = context;
    const path = `${prefix}${property.name}`;
    const members = membersOf(checker.getTypeOfSymbol(property));
    const below = members.flatMap((member) => nestedIn(context, member));
    return {
      name: property.name,
      path,
      type: typeWords(context, members),
      isReference: members.some(isHandle),
      isRequired: (property.flags & ts.SymbolFlags.Optional) === 0,
      doc: docOf(property.declarations?.at(-1)),
      // A list may accept texts beside objects.
      hasTexts: below.some(({ step }) => step === "[].") && typeWords(context, members).includes("string"),
      step: below[0]?.step,
      fields: below.flatMap(({ step, type }) => fieldsOf(context, type, path + step)),
    };
  });
}

/** The properties of a type, inherited ones first. */
function inherited(checker, type) {
  const own = new Set(type.symbol?.flags & ts.SymbolFlags.Interface ? type.symbol.members.keys() : []);
  const all = checker.getPropertiesOfType(type);
  return [...all.filter(({ name }) => !own.has(name)), ...all.filter(({ name }) => own.has(name))];
}

/** The outputs of a class, without private ones and those that Pulumi adds. */
function outputsOf(checker, type) {
  return checker
    .getPropertiesOfType(type)
    .filter(({ name, declarations: [node] = [] }) => {
      const isHidden =
        name.startsWith("__") ||
        ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected) ||
        ts.getJSDocTags(node).some((tag) => tag.tagName.text === "internal");
      return !isHidden && !node.getSourceFile().fileName.includes("/@pulumi/");
    })
    .map((property) => ({ name: property.name, doc: docOf(property.declarations[0]) }));
}

/** The object type with named fields behind a type, possibly through a list or map, and the step to it. */
function nestedIn(context, type) {
  const { checker } = context;
  const values = type.getStringIndexType();
  const inner = values ? membersOf(values) : isList(checker, type) ? itemsOf(checker, type) : [type];
  const step = values ? ".*." : isList(checker, type) ? "[]." : ".";
  return inner.filter((it) => isPlain(checker, it)).map((it) => ({ step, type: it }));
}

/** The members of a type without `undefined` and the wrappers of `pulumi.Input`. */
function membersOf(type) {
  const isWrapper = (it) =>
    it.isIntersection() ? it.types.some(isWrapper) : ["Promise", "OutputInstance"].includes(it.symbol?.name);
  const members = type.isUnion() ? type.types : [type];
  return members.filter((it) => (it.flags & ts.TypeFlags.Undefined) === 0 && !isWrapper(it));
}

/** A handle of a link or a namespace, or a Host. */
const isHandle = (type) => type.getProperties().some(({ name }) => /^__@(HANDLE|BRAND)/.test(name));

const isList = (checker, type) => checker.isArrayType(type) || checker.isTupleType(type);

const itemsOf = (checker, type) => checker.getTypeArguments(type).flatMap(membersOf);

/** Whether `type` is an object with named fields: not a handle, list or map. */
const isPlain = (checker, type) =>
  (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0 &&
  !isHandle(type) &&
  !isList(checker, type) &&
  checker.getPropertiesOfType(type).length > 0;

/** A type in the words of a program's author. */
function typeWords(context, members) {
  const handles = members.filter(isHandle);
  const classes = context.classes.filter(({ type }) =>
    handles.some((handle) => context.checker.isTypeAssignableTo(type, handle)),
  );
  const others = members.filter((it) => !isHandle(it)).map((it) => wordOf(context, it, classes.length > 0));
  return either([...new Set([...classes.map(({ name }) => `\`${name}\``), ...others])]);
}

function wordOf(context, type, isReference) {
  const { checker } = context;
  if (type.isStringLiteral()) return `\`"${type.value}"\``;
  if ((type.flags & ts.TypeFlags.BooleanLike) !== 0) return "boolean";
  if ((type.flags & ts.TypeFlags.String) !== 0) return isReference ? "name" : "string";
  if (isList(checker, type)) return `list of ${plural(typeWords(context, itemsOf(checker, type)))}`;
  const values = type.getStringIndexType();
  if (values) return `map of string to ${typeWords(context, membersOf(values))}`;
  return isPlain(checker, type) ? "object" : checker.typeToString(type);
}

const plural = (words) => words.replace(/\b(object|string|number|boolean)\b/g, "$1s");

/** `a`, `a or b`, `a, b or c`. */
const either = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** A doc comment in one line, with links replaced by the linked names. */
function docOf(node) {
  if (!node) return "";
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? "")
    .replace(/\{@link ([^}|]+)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** The parts of a doc: meaning, default, and the effect of a change, which begins with fixed words. */
export function docParts({ doc, path, fields }) {
  const [, rest = doc, effect = ""] = /^(.*?) ?\b((?:Replaces|Updates in place)\b.*)\.$/.exec(doc) ?? [];
  const [, before = rest, value = "", after = ""] = /^(.*?) ?\bDefault: (.*?)\.(?: (.*))?$/.exec(rest) ?? [];
  const meaning = [before, after].filter((part) => part !== "").join(" ");
  if (meaning === "" || (effect === "" && fields.length === 0)) {
    throw new Error(`the doc of ${path} needs a meaning, and at its end "Replaces." or "Updates in place."`);
  }
  return { meaning, value, effect };
}
