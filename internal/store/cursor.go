package store

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A cursor identifies the last run of a page. The next page starts with the run
// created before it, whatever was added or deleted meanwhile.
type cursor struct {
	created int64
	id      string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.created, 10) + " " + c.id))
}

func parseCursor(text string) (cursor, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	created, id, found := strings.Cut(string(data), " ")
	at, bad := strconv.ParseInt(created, 10, 64)
	c := cursor{at, id}
	if err != nil || bad != nil || !found || id == "" || id != searchable(id) || c.String() != text {
		return cursor{}, fmt.Errorf("%w: the cursor is not one that a list has returned", aurea.ErrInvalid)
	}
	return c, nil
}
