package hpack

// A table is the dynamic table of a decoder (RFC 7541, 2.3.2): a queue of
// entries whose texts lie behind one another.
type table struct {
	entries []entry // oldest first; those before first are evicted
	first   int
	data    []byte
	size    int // of the entries in use
	max     int
}

// An entry is where a name, and its value behind it, lie in the data.
type entry struct{ at, name, value int }

func (e entry) size() int { return e.name + e.value + entryOverhead }

// at returns the name and value of an entry by its distance from the newest.
// They are valid until the next add.
func (t *table) at(distance int) (name, value []byte, found bool) {
	i := len(t.entries) - 1 - distance
	if i < t.first {
		return nil, nil, false
	}
	e := t.entries[i]
	return t.data[e.at : e.at+e.name], t.data[e.at+e.name : e.at+e.name+e.value], true
}

// add adds an entry and evicts the oldest ones for it (RFC 7541, 4.4). The
// texts must not lie in the table.
func (t *table) add(name, value []byte) {
	e := entry{name: len(name), value: len(value)}
	t.evict(t.max - e.size())
	if e.size() > t.max {
		return
	}
	if len(t.data)+len(name)+len(value) > cap(t.data) {
		t.compact()
	}
	e.at = len(t.data)
	t.data = append(append(t.data, name...), value...)
	t.entries = append(t.entries, e)
	t.size += e.size()
}

// evict evicts entries until the rest is no larger than limit.
func (t *table) evict(limit int) {
	for t.size > max(limit, 0) {
		t.size -= t.entries[t.first].size()
		t.first++
	}
	if t.first == len(t.entries) {
		t.entries, t.data, t.first = t.entries[:0], t.data[:0], 0
	}
}

// compact moves the entries in use to the front.
func (t *table) compact() {
	if t.first == 0 {
		return
	}
	shift := t.entries[t.first].at
	t.data = t.data[:copy(t.data, t.data[shift:])]
	t.entries = t.entries[:copy(t.entries, t.entries[t.first:])]
	t.first = 0
	for i := range t.entries {
		t.entries[i].at -= shift
	}
}

// resize changes the size that the table may have.
func (t *table) resize(limit int) {
	t.max = limit
	t.evict(limit)
}
