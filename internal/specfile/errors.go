package specfile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A Mistake is a field error with its position in the file. Line and Column are
// from 1; a column is one character.
type Mistake struct {
	aurea.FieldError
	Line, Column int
}

// An Error lists every mistake of a file. It is an aurea.ErrInvalid.
type Error struct{ Mistakes []Mistake }

func (e *Error) Error() string {
	messages := make([]string, len(e.Mistakes))
	for i, wrong := range e.Mistakes {
		messages[i] = fmt.Sprintf("line %d: %v", wrong.Line, wrong.FieldError)
	}
	return strings.Join(messages, "; ")
}

// Is makes errors.Is(err, aurea.ErrInvalid) true.
func (e *Error) Is(target error) bool { return target == aurea.ErrInvalid }

// mistake returns an Error with one mistake, which is about no field.
func mistake(line, column int, message string) *Error {
	return &Error{[]Mistake{{aurea.FieldError{Message: message}, line, column}}}
}

// offsetPosition returns the line and column of a byte.
func offsetPosition(content []byte, offset int) (line, column int) {
	before := content[:min(max(offset, 0), len(content))]
	begin := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, len([]rune(string(before[begin:]))) + 1
}
