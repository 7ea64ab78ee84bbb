//go:build !linux

package platform

// ClaimName reports false: names cannot be claimed.
func ClaimName(string) (release func(), ok bool) { return nil, false }
