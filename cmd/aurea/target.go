package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// isURL reports whether an argument is a URL to call, not a file.
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && slices.Contains([]string{"http", "https"}, strings.ToLower(scheme))
}

// Arguments that may be meant as a URL: one with another scheme or none, and a
// bare host or address. The group is the URL without its scheme.
var (
	otherScheme = lazyregexp.New(`^(?:[A-Za-z][\w+.-]*:/+|//)([\w\[]\S*)$`)
	bareHost    = lazyregexp.New(`^((?:localhost|\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)+|[\w-]+:\d+)(?:[:/?#]\S*)?)$`)
)

// specExtensions are the file extensions of specs.
var specExtensions = []string{".yaml", ".yml", ".json"}

// suggestURL adds to the error about a missing file the URL that may be meant.
func suggestURL(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	found := otherScheme().FindStringSubmatch(name)
	if found == nil && !slices.Contains(specExtensions, strings.ToLower(filepath.Ext(name))) {
		found = bareHost().FindStringSubmatch(name)
	}
	if found == nil {
		return err
	}
	return usageErrorf("there is no file %q, and a URL begins with http:// or https://; did you mean http://%s?",
		name, found[1])
}
