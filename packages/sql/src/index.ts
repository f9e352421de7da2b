// The syntax tree. Consumers that also use the plan import it as `import type * as ast from '@artemis/sql'`.
export type {
  Identifier,
  ObjectName,
  SyntaxNode,
} from './ast/names.js'
export { intervalUnits } from './ast/literals.js'
export type {
  BlobLiteral,
  BooleanLiteral,
  IntervalLiteral,
  IntervalPart,
  IntervalUnit,
  Literal,
  NullLiteral,
  NumberLiteral,
  StringLiteral,
  TypedLiteral,
} from './ast/literals.js'
export type {
  ListType,
  MapType,
  NamedType,
  StructType,
  TypeField,
  TypeModifier,
  TypeName,
  UnionType,
} from './ast/types.js'
export {
  arithmeticOperators,
  comparisonOperators,
  otherOperators,
  patternOperators,
  regexOperators,
  unaryOperators,
} from './ast/operators.js'
export type {
  ArithmeticOperator,
  BinaryOperator,
  ComparisonOperator,
  OtherOperator,
  PatternOperator,
  QuantifiedOperator,
  RegexOperator,
  UnaryOperator,
} from './ast/operators.js'
export type {
  Argument,
  ArraySubquery,
  Between,
  Binary,
  Call,
  Case,
  CaseBranch,
  Cast,
  Collate,
  ColumnReference,
  Columns,
  DefaultValue,
  Exists,
  Expression,
  FieldAccess,
  InContainer,
  InList,
  InSubquery,
  IsDistinct,
  IsTest,
  Lambda,
  List,
  Logical,
  MapConstructor,
  MapEntry,
  Not,
  Parameter,
  PatternMatch,
  Quantified,
  Row,
  ScalarSubquery,
  Slice,
  Star,
  StarFilter,
  StarRename,
  StarReplacement,
  Struct,
  StructField,
  Subscript,
  Unary,
} from './ast/expressions.js'
export type {
  CommonTable,
  Distinct,
  FrameBound,
  GroupBy,
  GroupingElement,
  GroupingExpression,
  GroupingSets,
  GroupingTuple,
  Limit,
  NamedWindow,
  OrderBy,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  SortKey,
  Values,
  WindowFrame,
  WindowSpecification,
  With,
} from './ast/queries.js'
export type {
  DerivedTable,
  FileTable,
  Join,
  NamedTable,
  Pivot,
  PivotColumn,
  TableAlias,
  TableFunction,
  TableReference,
  TableSample,
  TimeTravel,
  Unpivot,
} from './ast/tables.js'
export type {
  Analyze,
  CallProcedure,
  Copy,
  Deallocate,
  Describe,
  Execute,
  Explain,
  Option,
  Prepare,
  ResetVariable,
  SetVariable,
  Show,
  ShowPattern,
  Statement,
  Summarize,
  Transaction,
  UnsupportedStatement,
  Use,
  Vacuum,
} from './ast/statements.js'
export type {
  Assignment,
  ConflictClause,
  Delete,
  Insert,
  Merge,
  MergeAction,
  MergeClause,
  MergeDelete,
  MergeInsert,
  MergeNothing,
  MergeUpdate,
  Truncate,
  Update,
} from './ast/changes.js'
export type {
  AddColumn,
  AddPartitionField,
  AlterAction,
  AlterColumn,
  AlterOther,
  AlterTable,
  ColumnDefinition,
  ColumnPosition,
  CreateReference,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  DropColumn,
  DropPartitionField,
  DropReference,
  RenameColumn,
  RenameTo,
  ReplacePartitionField,
  RetainFor,
  SetProperties,
  SetSortOrder,
  TableConstraint,
  UnsetProperties,
} from './ast/definitions.js'
export { children, depth, walk } from './ast/walk.js'

// The parser.
export { checkSyntax, isComplete, parseExpression, parseStatement, parseStatements } from './parser/parse.js'
export { isReserved, keywords, statementWords } from './parser/keywords.js'
export { artemisParser } from './parser/sql-parser.js'
export type { SqlParser } from './parser/sql-parser.js'
export type { Token, TokenKind } from './parser/token.js'
export { tokenize } from './parser/tokenizer.js'

// The printer.
export { printExpression, printQuery, printStatement, printStatements } from './printer/print.js'
export { quoteName, quoteString } from './printer/name.js'

// The binder.
export { bindStatement } from './binder/bind-statement.js'
export { resolveType } from './binder/types.js'
export type {
  BindContext,
  BinderSettings,
  NameListing,
  ParameterValue,
  ResolvedTable,
  StatementParameters,
} from './binder/context.js'
export type {
  BoundCreateSchema,
  BoundCreateTable,
  BoundCreateView,
  BoundDeallocate,
  BoundDrop,
  BoundExecute,
  BoundExplain,
  BoundInsert,
  BoundParameter,
  BoundPrepare,
  BoundQuery,
  BoundReset,
  BoundSet,
  BoundShowSetting,
  BoundStatement,
  BoundTransaction,
  BoundUse,
  SettingValue,
  TargetName,
} from './binder/bound-statement.js'

// The second opinion.
export { loadNodeSqlParser } from './alternate/node-sql-parser.js'
