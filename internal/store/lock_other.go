//go:build !unix

package store

// lock does nothing where there is no flock. There, the user must not start two
// servers on one file.
func lock(string) (unlock func(), err error) { return func() {}, nil }

// checkHardLinks does nothing where links cannot be counted.
func checkHardLinks(string) error { return nil }
