package dataset

import (
	"io/fs"
	"maps"
	"sync"
	"weak"
)

// tables are the tables in use, so that runs of the same file share one.
var tables cache

// A cache has the tables that somebody still uses. It keeps none of them alive.
type cache struct {
	mu     sync.Mutex
	tables map[cacheKey]weak.Pointer[Table]
}

// A cacheKey is a version of a file.
type cacheKey struct {
	file
	size     int64
	modified int64 // nanoseconds since 1970
}

// get returns the table of a file, which it parses unless somebody uses it. It
// parses one file at a time, which limits the memory that parsing takes.
func (c *cache) get(f file, info fs.FileInfo, parse func() (*Table, error)) (*Table, error) {
	key := cacheKey{f, info.Size(), info.ModTime().UnixNano()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if table := c.tables[key].Value(); table != nil {
		return table, nil
	}
	table, err := parse()
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(c.tables, func(_ cacheKey, p weak.Pointer[Table]) bool { return p.Value() == nil })
	if c.tables == nil {
		c.tables = map[cacheKey]weak.Pointer[Table]{}
	}
	c.tables[key] = weak.Make(table)
	return table, nil
}
