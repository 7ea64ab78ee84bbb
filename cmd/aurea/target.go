package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// isURL reports whether an argument is a service to call rather than a file.
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && slices.Contains([]string{"http", "https"}, strings.ToLower(scheme))
}

// What may have been meant as a URL: something that begins with another scheme or
// none, and a bare host or address. The group is the URL without its scheme.
var (
	otherScheme = regexp.MustCompile(`^(?:[A-Za-z][\w+.-]*:/+|//)([\w\[]\S*)$`)
	bareHost    = regexp.MustCompile(`^((?:localhost|\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)+|[\w-]+:\d+)(?:[:/?#]\S*)?)$`)
)

// specExtensions are those of files.
var specExtensions = []string{".yaml", ".yml", ".json"}

// suggestURL adds to the error about a file that is not there which URL may have
// been meant instead.
func suggestURL(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	found := otherScheme.FindStringSubmatch(name)
	if found == nil && !slices.Contains(specExtensions, strings.ToLower(filepath.Ext(name))) {
		found = bareHost.FindStringSubmatch(name)
	}
	if found == nil {
		return err
	}
	return usageErrorf("there is no file %q, and a URL begins with http:// or https://; did you mean http://%s?", name, found[1])
}
