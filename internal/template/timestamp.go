package template

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// timestampUnits are the nanoseconds of the units in which {{timestamp UNIT}}
// counts from 1970.
var timestampUnits = map[string]int64{"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}

// timestampLayouts are the other forms of a timestamp.
var timestampLayouts = map[string]string{"rfc3339": "2006-01-02T15:04:05.000Z", "http": http.TimeFormat}

// timestampField returns the field of a form of timestamps.
func (p *Parser) timestampField(form string) (filler, error) {
	p.timed = true
	if unit, ok := timestampUnits[form]; ok {
		return func(line []byte, in Input) []byte { return strconv.AppendInt(line, in.Now/unit, 10) }, nil
	}
	layout, ok := timestampLayouts[form]
	if !ok {
		return nil, fmt.Errorf("has {{timestamp %s}}: there are s, ms, us, ns, rfc3339 and http", form)
	}
	return func(line []byte, in Input) []byte { return time.Unix(0, in.Now).UTC().AppendFormat(line, layout) }, nil
}

// UsesTime reports whether any template of the parser has a timestamp, so that its
// jobs need Input.Now.
func (p *Parser) UsesTime() bool { return p.timed }
