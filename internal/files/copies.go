package files

import (
	"fmt"
	"io/fs"
)

// copies are files that stand for those of another machine.
type copies struct {
	paths map[string]string // by the names that they have there
}

// Copies returns the files with the given names, whose content is at paths. They
// stand for those of another machine: a name means what it means there. The caller
// does not change the map any more.
func Copies(paths map[string]string) Source { return Source{copies: &copies{paths}} }

// check refuses a name that has no copy.
func (c *copies) check(name string) error {
	if _, ok := c.paths[name]; ok {
		return nil
	}
	return fmt.Errorf("names %s, which was not sent with the run: %w", quote(name), fs.ErrNotExist)
}
