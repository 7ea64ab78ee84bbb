// Package param declares named parameters once, as data: what reads a JSON
// document, what checks it, and the JSON Schema in the API, the command's help
// and the page all follow from one table of declarations.
//
// Its stance: a parameter that is not declared is refused, and every error
// names the location, the rule and the value. A document is decoded strictly:
// a key that is given twice or a number that loses digits is an error, not a
// guess. The package is independent of benchmarks and imports no package of Aurea.
//
// Read parameter.go first, then read.go for documents and values.go for the
// values that it returns.
package param
