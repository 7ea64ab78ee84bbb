package httpclient

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// checkHeader refuses header fields that would change the framing or inject
// other fields.
func checkHeader(header Header, length int) error {
	seen := map[string]bool{}
	for _, f := range header {
		if !isToken([]byte(f.Name)) {
			return fmt.Errorf("%q is no name of a header", f.Name)
		}
		if !isValue(f.Value) {
			return fmt.Errorf("the header %s cannot have the value %q", f.Name, f.Value)
		}
		name := http.CanonicalHeaderKey(f.Name)
		if err := checkFraming(name, f.Value, length); err != nil {
			return err
		}
		if once := name == "Host" || name == "Content-Length"; once && seen[name] {
			return fmt.Errorf("the header %s cannot be sent twice", name)
		}
		seen[name] = true
	}
	return nil
}

// isValue reports whether a header field may have a value (RFC 9110, 5.5).
func isValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// hasControl reports whether bytes contain a control character other than tab.
// It checks eight bytes at a time, because every byte of every head passes
// through it; the last eight may overlap the previous ones.
func hasControl(line []byte) bool {
	last := len(line) - 8
	if last < 0 {
		return anyControl(line)
	}
	for i := 0; i < last; i += 8 {
		if mayHaveControl(binary.LittleEndian.Uint64(line[i:])) && anyControl(line[i:i+8]) {
			return true
		}
	}
	return mayHaveControl(binary.LittleEndian.Uint64(line[last:])) && anyControl(line[last:])
}

// mayHaveControl reports whether one of eight bytes may be below a space or be
// DEL. The subtraction borrows into the top bit of such a byte.
func mayHaveControl(eight uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	del := eight ^ ones*0x7f
	return ((eight-ones*' ')&^eight|(del-ones)&^del)&tops != 0
}

// anyControl is hasControl, byte by byte.
func anyControl(line []byte) bool {
	for _, b := range line {
		if b < ' ' && b != '\t' || b == 0x7f {
			return true
		}
	}
	return false
}

// checkFraming refuses fields that only the client may set.
func checkFraming(name, value string, length int) error {
	switch name {
	case "Transfer-Encoding", "Trailer", "Upgrade", "Te", "Keep-Alive", "Proxy-Connection":
		return fmt.Errorf("the header %s is the client's own to set", name)
	case "Connection":
		if !strings.EqualFold(value, "close") && !strings.EqualFold(value, "keep-alive") {
			return fmt.Errorf("the header Connection must be close or keep-alive; got %q", value)
		}
	case "Content-Length":
		if value != strconv.Itoa(length) {
			return fmt.Errorf("the header Content-Length must be the body's, %d, or left out; got %q", length, value)
		}
	}
	return nil
}

// trimSpace removes spaces and tabs around a value.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// tokenBytes are the bytes of a token (RFC 9110, 5.6.2).
var tokenBytes = func() (table [256]bool) {
	for _, b := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		table[b] = true
	}
	return table
}()

func isToken(name []byte) bool {
	for _, b := range name {
		if !tokenBytes[b] {
			return false
		}
	}
	return len(name) > 0
}
