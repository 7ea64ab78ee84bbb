package template

import (
	"errors"
	"strconv"
)

// userName is the field of the user's number. It is reserved only where users do
// the jobs: elsewhere a captured value may have the name.
const userName = "user"

// userField returns the field of the user's number.
func (p *Parser) userField() (filler, error) {
	if !p.Users {
		return nil, errors.New("has {{user}}, and the spec has no users; set users in place of concurrency")
	}
	p.owned = true
	return func(line []byte, in Input) []byte { return strconv.AppendInt(line, in.User, 10) }, nil
}

// UsesUser reports whether any template of the parser has the number of the user,
// so that its jobs need Input.User.
func (p *Parser) UsesUser() bool { return p.owned }
