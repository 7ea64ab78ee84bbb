//go:build !linux

package platform

// BootID returns "": it is not read here.
func BootID() string { return "" }
