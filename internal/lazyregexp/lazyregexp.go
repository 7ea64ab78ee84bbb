// Package lazyregexp compiles regular expressions when they are first used. A
// command has dozens in its packages and uses few of them.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that compiles an expression at its first call and
// returns the result of it at each. It panics at a wrong expression. Many
// goroutines may call it.
func New(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
