package egress

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// unixPrefix begins a rule for a Unix socket.
const unixPrefix = "unix:"

// maxSocketPath is the longest path of a Unix socket on all systems, in bytes.
const maxSocketPath = 103

// AllowUnix returns nil if jobs may connect to a Unix socket. Without a rule with
// exactly this path they may not: sockets such as that of a container engine
// trust every process that can open them. The error names the path.
func (l Allowlist) AllowUnix(path string) error {
	if err := checkSocketPath(path); err != nil {
		return err
	}
	if l.any || slices.Contains(l.sockets, path) {
		return nil
	}
	return fmt.Errorf("must not call the socket %s: it is none of the targets that this service may call; the "+
		"operator can allow it with --allow-target %s%s", quoteShort(path), unixPrefix, path)
}

// checkSocketPath accepts absolute paths in one spelling, so that rules can be
// compared with them.
func checkSocketPath(text string) error {
	switch {
	case !strings.HasPrefix(text, "/") || path.Clean(text) != text || text == "/":
		return fmt.Errorf("must be an absolute path such as /run/app.sock, without .. and //; got %s", quoteShort(text))
	case len(text) > maxSocketPath:
		return fmt.Errorf("must be a path of at most %d bytes, as sockets have; got %d", maxSocketPath, len(text))
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("must be a path without control characters; got %s", quoteShort(text))
	}
	return nil
}
