//go:build !unix

package platform

// OpenFileLimit returns 0: the limit is not known.
func OpenFileLimit() int64 { return 0 }
